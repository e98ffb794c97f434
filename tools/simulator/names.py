"""Invented names of people and streets; surnames are made up in the manner of several languages spoken in England."""

SURNAMES = (
    "Ashwick", "Brackenby", "Thornlea", "Fellgate", "Marlowick", "Dunmarsh", "Harrowden", "Wexcombe", "Lintonby",
    "Oakhurstle", "Saltmere", "Peverdale", "Quillane", "Tarnbeck", "Underlow", "Vannock", "Wrenfold", "Yarrowby",
    "Carrigmore", "Dunlorran", "O'Tallagh", "MacFendry", "Llanveth", "Pen-y-Morr", "Trelissan", "Polwarrow",
    "Kowarski-Lem", "Brzostek", "Zielanow", "Wolnicka", "Petrauskis", "Ionevici", "Dragomirsk", "Halvorin",
    "Balsandri", "Chatterwal", "Dhanapuri", "Gurvinder-Rai", "Jaswanti", "Kothariya", "Patelwala", "Singhera",
    "Mahmoodi", "Qureshani", "Rahimzar", "Choudhari", "Begumpur", "Akhtarian", "Siddiqa", "Farooqan",
    "Adeyinwa", "Okarumi", "Chukwudara", "Mensahene", "Boatengwe", "Abdilahi", "Warsamo", "Teklemara",
    "Nguyenara", "Tranhue", "Lowei", "Chanfeng", "Yildirok", "Demirsoyu", "Ferreirinha", "Santolaya",
)  # fmt: skip

GIVEN = {
    "F": (
        "Ada", "Aisha", "Amelia", "Amara", "Ana", "Beatrice", "Bethan", "Chiara", "Chloe", "Daisy", "Efua", "Elif",
        "Ella", "Emily", "Esme", "Fatima", "Freya", "Grace", "Hanna", "Harpreet", "Ines", "Isla", "Ivy", "Jaya",
        "Khadija", "Leila", "Lily", "Maja", "Mei", "Mia", "Niamh", "Noor", "Olivia", "Poppy", "Priya", "Rosa",
        "Ruby", "Safia", "Sienna", "Sofia", "Tamsin", "Thandi", "Wren", "Yasmin", "Zainab", "Zofia", "Zuri",
    ),
    "M": (
        "Adam", "Alfie", "Ali", "Arjun", "Archie", "Ben", "Callum", "Charlie", "Daniel", "Dawit", "Dylan", "Edward",
        "Emre", "Ethan", "Finn", "George", "Hamza", "Harry", "Ibrahim", "Ivo", "Jack", "Jakub", "James", "Jaspal",
        "Kofi", "Kwame", "Leo", "Liam", "Luca", "Mateo", "Minh", "Mohammed", "Musa", "Noah", "Oliver", "Omar",
        "Oskar", "Rafael", "Ravi", "Rhys", "Samuel", "Tomasz", "Theo", "Wei", "William", "Yusuf", "Zayn",
    ),
}  # fmt: skip

STREETS = (
    "Kelpie", "Lantern", "Cobbler's", "Saltpan", "Ferryman", "Heron", "Quarrier", "Ropewalk", "Tallow", "Weaver's",
    "Foxglove", "Gorse", "Hazelwand", "Juniper", "Kittiwake", "Larkspur", "Merrow", "Nettlebed", "Osier", "Plover",
    "Quince", "Rowanberry", "Samphire", "Teasel", "Umber", "Vetchling", "Whimbrel", "Yaffle", "Beacon", "Chandler",
    "Dovecote", "Embers", "Furlong", "Gannet", "Harrier", "Inkwell", "Jackdaw",
)  # fmt: skip
KINDS_OF_STREET = ("Row", "Close", "Way", "Terrace", "Lane", "Court", "Rise", "Walk", "Yard", "Drive", "Bank")

WARDS = ("Harbourside", "Millgate", "Northfold", "Castle Rise", "Fenbrook")
SAINTS = ("Aldwyn", "Brannoc", "Cuthwin", "Eadgyth", "Frith", "Godric", "Hilda-by-Sea", "Ivel", "Kenelm", "Osyth")
