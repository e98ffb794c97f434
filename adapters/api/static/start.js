// In a file of its own: the page's content security policy allows no script inside it.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  // Nothing is kept in the browser and nothing is sent to a validator outside.
  persistAuthorization: false,
  validatorUrl: null,
});
