"""The pages beside the API, in one application: put together from the settings."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial, wraps
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from adapters.api.app import Face, Shared
from adapters.api.app import create_app as create_api
from adapters.api.problems import Refused
from adapters.api.rates import Rates
from adapters.api.work_queues import WorkQueue
from adapters.commands.brokering import Brokering
from adapters.commands.casework import Casework
from adapters.commands.confirming import Confirming
from adapters.commands.erasures import Erasures
from adapters.commands.quarantine import Quarantine
from adapters.process.listening import check_signing_in
from adapters.questions.staff import Staff
from adapters.service.opened import Service
from adapters.web import index_team
from adapters.web.answering import STAFF_NOTICE, STRONGLY, Cookie, error_page, go_to, read_form, refuse
from adapters.web.asking import Asking
from adapters.web.brokering import ANSWER, ANSWERED, ASK, LISTED, ContactPages
from adapters.web.brokering import DO as DO_ASK
from adapters.web.casework import CasePages
from adapters.web.deciding import DO, LOOK, DecidingPages
from adapters.web.duty import DutyPages
from adapters.web.erasures import ERASE, ErasurePages
from adapters.web.handles import Handles
from adapters.web.hearings import HearingPages
from adapters.web.index_team import IndexTeamPages
from adapters.web.issuers import IssuerClient
from adapters.web.log_pages import STATE, LogPages
from adapters.web.notices import NOTICES, notice
from adapters.web.officers import OfficerPages
from adapters.web.overriding import OVERRIDE, OverridePages
from adapters.web.own_accesses import OWN, OwnAccesses, StaffNotice
from adapters.web.pages import ChildPages
from adapters.web.people import Handler, People, told
from adapters.web.questions import QuestionPages
from adapters.web.reaching import Reaching
from adapters.web.rendering import reader, static_files
from adapters.web.reviews import ReviewPages
from adapters.web.sealing import Sealing
from adapters.web.searching import SEARCH, SearchPages
from adapters.web.sessions import Sessions
from adapters.web.signing_in import SigningIn
from adapters.web.signing_in_strongly import BEGIN, SigningInStrongly
from adapters.web.subject_access import SubjectAccessPages
from adapters.web.typed import Form, Typed
from domain.access.viewer import Viewer

# Links may lead to these from anywhere, as somebody who has signed in again comes to them; `/` at the end: to what is below.
PAGES: Final = (
    "/my-children", "/my-families", "/changes", "/search", LOOK, DO, LISTED, ASK, DO_ASK, index_team.QUARANTINE, index_team.PROTECTIONS,
    index_team.LISTED, "/families-to-check", ERASE, "/questions", "/questions/", "/accesses", "/accesses/", STATE, "/cases", "/cases/",
    "/hearings", "/hearings/", "/sign-in", "/sign-in/", "/signed-in/", "/signed-out", "/timed-out", STRONGLY, STAFF_NOTICE, OWN, OVERRIDE,
    *NOTICES,
)  # fmt: skip
_SIGNING_IN: Final = (4, 32)  # an issuer that does not answer holds up signing in, and nothing else
_STORED: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


HERE: Final = "here"
PageOfForm = Callable[[Request, Viewer, Mapping[str, str]], Response]


@dataclass(frozen=True, slots=True)
class _Faces:
    """What the pages are made of."""

    signing_in: SigningIn
    asking: Asking
    pages: ChildPages
    search: SearchPages
    officers: OfficerPages
    overriding: OverridePages
    deciding: DecidingPages
    brokering: ContactPages
    index_team: IndexTeamPages
    questions: QuestionPages
    reviews: ReviewPages
    duty: DutyPages
    log: LogPages
    erasures: ErasurePages
    cases: CasePages
    hearings: HearingPages
    subject_access: SubjectAccessPages


def create_app(service: Service) -> FastAPI:
    """The application over an opened service: the API, and the pages where somebody can sign in.

    Raises Misuse where it would listen beyond this machine with nobody signed in, or a demonstration's issuer stands elsewhere.
    """
    check_signing_in(service.settings)
    return create_api(service, _face if service.settings.issuers else None)


def _face(shared: Shared) -> Face:
    service, settings = shared.service, shared.service.settings
    pool = service.read_pool()
    sessions = Sessions(
        pool.connection,
        service.clock,
        timedelta(minutes=settings.session_idle_minutes),
        timedelta(hours=settings.session_hours),
    )
    people = People(
        service.clock,
        sessions,
        Staff(service, shared.connect),
        {issuer.name: issuer for issuer in settings.issuers},
        Rates(settings.person_rate, settings.person_burst),
        Cookie(settings, "icr-session"),
        Typed(pool.connection, Sealing(service.keys, "typed"), service.clock),
    )
    clients = {
        issuer.name: IssuerClient(issuer, f"{settings.public_url}/signed-in/{issuer.name}", service.clock)
        for issuer in settings.issuers
    }
    signing_in = SigningIn(
        clients,
        people,
        Cookie(settings, "icr-sign-in"),
        Sealing(service.keys, "sign-in"),
        service.clock,
        settings.public_url or "",
    )
    reaching = Reaching(people.staff, settings, service.clock)
    asking = Asking(shared.door, reaching, settings.demo_day)
    handles = Handles(Sealing(service.keys, "page-handle"))
    pages = ChildPages(asking, handles, service.clock)
    casework = partial(Casework, service)

    @contextmanager
    def lasts() -> Iterator[None]:
        pool.open()
        try:
            yield
        finally:
            pool.close()

    confirming = Confirming(service)
    faces = _Faces(
        signing_in,
        asking,
        pages,
        SearchPages(asking, handles, people.typed),
        OfficerPages(asking, people.typed),
        OverridePages(asking, handles, people.typed),
        DecidingPages(asking, people.typed, service.clock, shared.commands),
        ContactPages(asking, people.typed, Brokering(service), confirming),
        IndexTeamPages(asking, people.typed, confirming, Quarantine(service)),
        QuestionPages(asking, people.typed, service.clock),
        ReviewPages(service, people.typed),
        DutyPages(asking),
        LogPages(asking, service, people.typed),
        ErasurePages(Erasures(service), people.typed),
        CasePages(asking, people.typed, casework),
        HearingPages(asking, people.typed, casework),
        SubjectAccessPages(asking, casework),
    )
    return Face(_routes(faces, people, shared.queues.reading), PAGES, refuse, lasts())


def _routes(faces: "_Faces", people: People, reading: WorkQueue) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    waiting = WorkQueue(*_SIGNING_IN)
    signing_in, pages, search, officers, log = faces.signing_in, faces.pages, faces.search, faces.officers, faces.log
    questions, reviews = faces.questions, faces.reviews
    cases, hearings, subject_access = faces.cases, faces.hearings, faces.subject_access
    strongly = SigningInStrongly(signing_in)
    staff_notice = StaffNotice(faces.asking, people)
    asking = faces.asking.page
    for path, work in {
        "/sign-in": signing_in.choose,
        "/sign-in/{issuer}": signing_in.begin,
        "/signed-in/{issuer}": signing_in.end,
        "/signed-out": signing_in.signed_out,
        "/timed-out": signing_in.timed_out,
        **{path: notice(path, faces.asking.reaching) for path in NOTICES},
    }.items():
        router.add_api_route(path, _shown(work, waiting), methods=["GET"])
    router.add_api_route(BEGIN, _shown(people.page(strongly.begin), waiting), methods=["GET"])
    router.add_api_route(STAFF_NOTICE, _shown(staff_notice.shown, reading), methods=["GET"])
    router.add_api_route(
        "/sign-out", _shown(people.page(signing_in.leave, before_notice=True), reading), methods=["GET"]
    )
    for path, shown in {
        "/": home,
        OWN: asking(OwnAccesses(faces.asking).listed),
        OVERRIDE: faces.overriding.form,
        STRONGLY: strongly.why,
        "/my-children": asking(pages.my_children),
        "/my-families": asking(pages.my_families),
        "/changes": asking(pages.changes),
        "/child/{handle}": asking(pages.child),
        "/search": search.form,
        **dict.fromkeys((LOOK, DO), faces.deciding.again),
        "/families-to-check": asking(faces.duty.families),
        index_team.QUARANTINE: asking(faces.index_team.kept_counts),
        index_team.PROTECTIONS: asking(faces.index_team.protections),
        index_team.LISTED: asking(faces.index_team.protections),
        LISTED: asking(faces.brokering.listed),
        **dict.fromkeys((ASK, DO_ASK), faces.brokering.again),
        "/questions": asking(questions.all),
        "/questions/{name}": questions.form,
        ERASE: faces.erasures.form,
        "/accesses": officers.form,
        "/accesses/{entry}": asking(officers.why),
        "/accesses/{entry}/review": reviews.form,
        "/cases": asking(cases.list),
        "/cases/new": cases.new,
        "/cases/{case}": asking(cases.case),
        "/cases/{case}/record": asking(subject_access.record),
        "/cases/{case}/copy": asking(subject_access.copy),
        "/cases/{case}/copy.json": asking(subject_access.file),
        "/cases/{case}/{act}": asking(cases.act),
        "/hearings": asking(hearings.list),
        "/hearings/{case}": asking(hearings.hearing),
        STATE: asking(log.state),
        "/access-log/key": asking(officers.key),
        "/access-log/checkpoint": asking(officers.checkpoint),
    }.items():
        router.add_api_route(path, _shown(people.page(shown), reading), methods=["GET"])

    def signed_in(
        work: PageOfForm, *, typed: str | None = None, before_notice: bool = False
    ) -> Callable[[Mapping[str, str], str], Handler]:
        """The work of a form; `typed`: the page where something is typed into it, HERE: that of the same address; None: nothing is."""

        def of(form: Mapping[str, str], here: str) -> Handler:
            kept = None if typed is None else Form(here if typed is HERE else typed, form)
            answer = asking(lambda request, viewer: work(request, viewer, form))
            return people.page(answer, kept, before_notice=before_notice)

        return of

    for path, name, of in (
        ("/sign-out", "sign_out", lambda *_: signing_in.sign_out),
        ("/sign-out-everywhere", "sign_out_everywhere", signed_in(signing_in.sign_out_everywhere, before_notice=True)),
        (STAFF_NOTICE, "acknowledge_notice", signed_in(staff_notice.acknowledged, before_notice=True)),
        ("/child", "open_child", signed_in(pages.open_child)),
        ("/search", "found_children", signed_in(search.found, typed=HERE)),
        ("/search/open", "open_found", signed_in(search.open, typed=SEARCH)),
        (OVERRIDE, "set_shield_aside", signed_in(faces.overriding.begin, typed=HERE)),
        ("/decide", "begin_deciding", signed_in(faces.deciding.form)),
        (LOOK, "look_at_decision", signed_in(faces.deciding.look, typed=HERE)),
        (DO, "decide", signed_in(faces.deciding.do, typed=HERE)),
        ("/contact-requests", "begin_contact_request", signed_in(faces.brokering.begin)),
        (ASK, "look_at_contact_request", signed_in(faces.brokering.look, typed=HERE)),
        (DO_ASK, "ask_for_contact", signed_in(faces.brokering.do, typed=HERE)),
        (index_team.KEPT, "list_kept", signed_in(faces.index_team.kept)),
        (index_team.REDRIVE, "redrive_kept", signed_in(faces.index_team.redrive)),
        (index_team.LISTED, "list_protections", signed_in(faces.index_team.listed, typed=HERE)),
        (ANSWER, "look_at_contact_answer", signed_in(faces.brokering.answer)),
        (ANSWERED, "answer_contact_request", signed_in(faces.brokering.answered)),
        ("/questions/{name}", "ask_question", signed_in(questions.answer, typed=HERE)),
        ("/accesses/{entry}/review", "review_access", signed_in(reviews.written, typed=HERE)),
        ("/accesses/{entry}", "open_access", signed_in(officers.entry, typed=HERE)),
        ("/accesses", "found_accesses", signed_in(officers.found, typed=HERE)),
        (ERASE, "propose_erasure", signed_in(faces.erasures.propose, typed=HERE)),
        (f"{ERASE}/confirm", "confirm_erasure", signed_in(faces.erasures.confirm, typed=ERASE)),
        ("/cases/new", "open_case", signed_in(cases.open, typed=HERE)),
        ("/cases/{case}/record", "decide_of_record", signed_in(subject_access.decide, typed=HERE)),
        ("/cases/{case}/{act}", "do_in_case", signed_in(cases.do, typed=HERE)),
        ("/hearings/{case}", "answer_case", signed_in(hearings.answer, typed=HERE)),
        ("/access-log/check", "check_access_log", signed_in(log.checked, typed=STATE)),
        ("/access-log/export", "export_access_log", signed_in(log.exported)),
    ):
        router.add_api_route(path, _sent(name, of, reading), methods=["POST"])
    for name, (content, media) in static_files().items():
        router.add_api_route(f"/static/{name}", _file(content, media), methods=["GET"])
    return router


def home(_: Request, viewer: Viewer) -> Response:
    """Where somebody begins: at the first of the pages that are for them."""
    return go_to(reader(viewer).menu[0][0])


def _shown(work: Handler, queue: WorkQueue) -> Callable[[Request], Awaitable[Response]]:
    """A handler that does its work in turn, in a thread."""

    @wraps(work)
    async def shown(request: Request) -> Response:
        try:
            return await queue.run(partial(told(work), request))
        except Refused as refused:
            return error_page(refused.status, refused.headers)

    shown.__annotations__ = {"request": Request, "return": Response}
    del shown.__wrapped__  # the framework would look for its parameters
    return shown


def _sent(
    name: str, work_of: Callable[[Mapping[str, str], str], Handler], queue: WorkQueue
) -> Callable[[Request], Awaitable[Response]]:
    """A handler of a form, whose work is made by its fields; `name` is what logs call it."""

    async def sent(request: Request) -> Response:
        try:
            form = await read_form(request)
            return await queue.run(partial(told(work_of(form, request.url.path)), request))
        except Refused as refused:
            return error_page(refused.status, refused.headers)

    sent.__name__ = name
    return sent


def _file(content: bytes, media: str) -> Callable[[], Awaitable[Response]]:
    async def file() -> Response:
        return Response(content, headers=_STORED, media_type=media)

    return file
