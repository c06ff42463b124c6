"""Who uses the system: accounts and roles of people, programs and their secrets, signing in, being recognised."""
