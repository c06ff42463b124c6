"""Names of invented people, firms and clients. They are put together from parts, so that none is anybody's."""

from typing import Final

FIRST_NAMES: Final = (
    "Ada", "Amir", "Anneke", "Anjali", "Arturo", "Aylin", "Beatriz", "Ben", "Bronagh", "Callum", "Carla", "Chidi",
    "Clémence", "Dana", "Dario", "Deepa", "Ebele", "Elif", "Emil", "Esther", "Farid", "Femke", "Florian", "Freya",
    "Gianna", "Greta", "Hakan", "Hannah", "Hiro", "Ida", "Ines", "Ivo", "Jasper", "Joana", "Jörg", "Kavya", "Keiko",
    "Kwame", "Lars", "Leila", "Liam", "Lucía", "Magnus", "Maren", "Mateo", "Meera", "Milan", "Nadia", "Niamh", "Nils",
    "Noor", "Olga", "Oskar", "Pavel", "Priya", "Quentin", "Rahel", "Ravi", "Rosa", "Ruben", "Sanjay", "Saskia",
    "Søren", "Sunita", "Tariq", "Tessa", "Thandi", "Tomas", "Uma", "Vera", "Viktor", "Wanda", "Yusuf", "Zofia",
)  # fmt: skip
LAST_NAMES: Final = (
    "Aalders", "Abbott", "Acheampong", "Adeyemi", "Ahlström", "Álvarez", "Anand", "Barros", "Beckmann", "Bergqvist",
    "Bhatt", "Brandt", "Calder", "Castel", "Chowdhury", "Dahl", "Demir", "Dvorak", "Ekwueme", "Eriksen", "Falk",
    "Ferreira", "Fischbach", "Galvin", "Gupta", "Haddad", "Hartwig", "Holm", "Hughes", "Iyer", "Jansen", "Joshi",
    "Kaplan", "Keller", "Khatri", "Kowal", "Kruse", "Lambert", "Lindqvist", "Lowe", "Madsen", "Marchetti", "Mbeki",
    "Menon", "Moreau", "Nakata", "Novak", "Oduya", "Okafor", "Oliveira", "Orban", "Park", "Petrov", "Quist", "Raman",
    "Reyes", "Rinaldi", "Sandoval", "Schreiber", "Sen", "Sørby", "Stahl", "Tanaka", "Thorne", "Ullmann", "Vasquez",
    "Verhoeven", "Walsh", "Weiss", "Wexler", "Yilmaz", "Zeman",
)  # fmt: skip
FIRM_STEMS: Final = (
    "Northlight", "Kestrelbrook", "Hollowmere", "Fernwhistle", "Quillharbour", "Ambergate", "Larkstone", "Windrowe",
    "Tarnfield", "Juniperhall",
)  # fmt: skip
CLIENT_STARTS: Final = (
    "Nor", "Hel", "Quil", "Bran", "Ost", "Vel", "Tar", "Lum", "Kar", "Zen", "Mar", "Fen", "Dov", "Ach", "Bel", "Cor",
    "Gal", "Ister", "Jun", "Lor", "Pel", "Riv", "Sol", "Ulm", "Wes", "Yar",
)  # fmt: skip
CLIENT_ENDS: Final = (
    "vane", "brik", "mar", "dorn", "wick", "tessa", "lund", "quist", "hollow", "anta", "mere", "ora", "inth", "gard",
    "essen", "ovia", "bury", "acre", "tide", "orum",
)  # fmt: skip
INDUSTRIES: Final = (
    "Logistics", "Insurance", "Energie", "Foods", "Hospitals", "Assurances", "Maschinenbau", "Water", "Retail", "Bank",
    "Telecom", "Stadtwerke", "Pharma", "Railways", "Transports", "Housing", "Publishing", "Optics", "Chemie", "Museum",
)  # fmt: skip
CONTACT_ROLES: Final = ("purchasing", "service-desk", "it", "accounting")
