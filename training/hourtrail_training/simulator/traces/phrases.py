"""The words that tools get to see, all of them written for this simulator.

``{a}`` stands for the general word of a topic, ``{b}`` and ``{c}`` for more particular ones, ``{name}`` for the project.
"""

from typing import Final

COMMITS: Final = (
    "Fix {c} when {b} is empty", "Add {c} to {b}", "Handle missing {c}", "Move {c} out of {b}", "Validate {c} before saving",
    "Test {b} with more than one {c}", "Rename {c} for clarity", "Speed up {c} lookup", "Log why {c} was skipped",
    "Make {b} survive a broken {c}", "Cache {c} per request", "Drop the unused {c} helper", "{b}: retry {c} once",
    "{b}: round {c} the way finance wants it", "{a}: split {b} into smaller parts", "Show {c} in {a} overview",
    "Read {c} from configuration", "Guard {c} against double submission", "Explain {c} in the readme", "Extract {b} interface",
    "Sort {c} by date", "Keep {c} when {b} is renamed", "Write {c} as one transaction", "Paginate {c}", "Undo the {c} shortcut",
    "Use the new {b} client", "Stop {c} from blocking {b}", "Add migration for {c}", "Cover {c} edge cases",
    "Correct {c} in the {b} report", "Make {c} optional", "Return 404 for unknown {c}", "Translate {c} labels",
)  # fmt: skip
PLAIN_COMMITS: Final = (
    "WIP", "Fix typo", "Address review comments", "Clean up", "Fix tests", "Bump dependencies", "Format", "Small fixes",
    "Update changelog", "Remove debug output", "Try again", "Lint", "Minor", "Fix build", "Revert last change", "Tidy imports",
)  # fmt: skip
COMMITS_DE: Final = (
    "{c} korrigiert",
    "Prüfung für {c} ergänzt",
    "{b}: {c} überarbeitet",
    "Test für {c}",
    "{c} vereinfacht",
)
COMMITS_FR: Final = ("Corrige {c}", "Ajoute {c} dans {b}", "Nettoyage de {c}", "Tests pour {c}")

CHATS: Final = (
    "can you look at {c} when you have a minute?", "{c} is green again", "who owns {b}?", "I pushed a first version of {c}",
    "is {c} part of the {a} scope or not?", "numbers for {c} look odd to me", "client asks about {c} again",
    "draft for {b} is in the folder", "let us talk about {c} after lunch", "{b} review: two comments, rest is fine",
    "found it, it was {c}", "do we have a decision on {c}?", "{c} will slip to Thursday", "thanks, {c} works now",
    "which version of {b} did you send?", "I am on {c} this afternoon", "please do not touch {c} until the demo is over",
    "updated the {b} sheet", "{name}: short question on {c}", "who can join for {b}?", "done with {c}, moving on to {b}",
)  # fmt: skip
PLAIN_CHATS: Final = (
    "ok", "thanks!", "on it", "call?", "5 min late", "lunch?", "got a minute?", "sounds good", "let me check", "+1",
    "back at my desk", "can we sync?", "see mail", "nice one", "who has the deck?", "tomorrow then",
)  # fmt: skip
CHATS_DE: Final = (
    "schaust du bitte kurz auf {c}?",
    "{c} ist erledigt",
    "wer macht {b}?",
    "Frage zu {c}",
    "{c} verschiebt sich",
)
CHATS_FR: Final = ("tu peux regarder {c} ?", "{c} est prêt", "une question sur {c}", "on en est où avec {b} ?")

MAILS: Final = (
    "{c}: next steps", "Questions on {c}", "{b} - open points", "Summary of our call on {c}", "Draft {b} for your comments",
    "Re: {c}", "Re: {b} schedule", "Re: Re: {c} figures", "Fwd: {c}", "Minutes: {b}", "{a}: status this week",
    "Access for {b}", "Please confirm: {c}", "{c}, revised", "Documents for {b}", "Follow-up on {c}", "Decision needed: {c}",
    "Change request {b}", "Your comments on {c}", "Reminder: input for {b}", "{b}: agenda for Tuesday", "Re: who signs {c}?",
)  # fmt: skip
PLAIN_MAILS: Final = (
    "Re: Quick question", "Catch-up", "Tomorrow", "Re: Tomorrow", "Thank you", "Call today?", "Re: Invoice", "Status",
    "Timesheet reminder", "Re: Availability", "Next week", "Slides", "As discussed", "Re: Contract", "Travel", "Sync",
)  # fmt: skip
MAILS_DE: Final = (
    "AW: {c}",
    "Rückfrage zu {c}",
    "{b}: offene Punkte",
    "WG: {c}",
    "Entwurf {b}",
    "Protokoll {b}",
    "Abstimmung {c}",
)
MAILS_FR: Final = ("RE : {c}", "Point sur {b}", "Compte rendu {b}", "Question sur {c}", "TR : {c}", "Validation {c}")

DOCUMENTS: Final = (
    "{c} concept v{v}.docx", "{b} - findings v{v}.docx", "Statement of work {b}.docx", "{a} plan.xlsx", "{c} estimate.xlsx",
    "{b} workshop.pptx", "{a} steering deck v{v}.pptx", "{c} checklist.xlsx", "Interview notes {c}.docx", "{b} risk register.xlsx",
    "Runbook {c}.md", "{c} decision record.md", "{b} cost model v{v}.xlsx", "{a} roadmap.pptx", "Test plan {b}.docx",
    "{c} requirements v{v}.docx", "Handover {b}.docx", "{b} data map.xlsx", "Report {c} final.docx", "Report {c} final v{v}.docx",
)  # fmt: skip
PLAIN_DOCUMENTS: Final = (
    "Notes.docx",
    "Book1.xlsx",
    "Untitled document",
    "Presentation1.pptx",
    "Draft.docx",
    "to do.md",
    "Copy of Notes.docx",
)
DOCUMENTS_DE: Final = ("Konzept {c} v{v}.docx", "Angebot {b}.docx", "Protokoll {c}.docx", "Aufwandsschätzung {b}.xlsx")
DOCUMENTS_FR: Final = ("Note de cadrage {b}.docx", "Compte rendu {c}.docx", "Chiffrage {b} v{v}.xlsx")

COMMENTS: Final = (
    "Reproduced with the second {b}.", "Waiting for the client's answer on {c}.", "This also touches {b}.",
    "Agreed in the call: {c} stays as it is.", "First version is ready for review.", "Added {c}; {b} comes next.",
    "Cannot see this any more, please check again.", "Estimate: two days, most of it {c}.", "Split off {b}, see the linked one.",
    "Screenshots are in the folder.", "Needs a decision from {a}.", "Done on the test system.", "Back to you: {c} is missing.",
)  # fmt: skip
SUMMARIES: Final = (
    "{b}: {c} is not saved", "{c} missing from {b}", "Add {c} to {b}", "{a}: review {c}", "Clarify {c} with the client",
    "{b} slow with many {c}", "Document {c}", "Set up {c} for {b}", "{c} wrong after month end", "Prepare {b} for {c}",
    "As a user I want {c} in {b}", "Spike: {c}", "Replace {c} in {b}", "Check {c} against {b}", "{b} export without {c}",
)  # fmt: skip
WORKLOGS: Final = (
    "{c}",
    "worked on {c}",
    "{b}: {c}",
    "analysis",
    "implementation",
    "review and {c}",
    "",
    "call and follow-up",
)

SENTENCES: Final = (
    "Let us start with {c}.", "Where are we on {b}?", "I sent the draft of {c} yesterday.", "We still wait for access to {b}.",
    "Could you share your screen?", "I think {c} is out of scope for this phase.", "Then we need a change request for {b}.",
    "How long would {c} take?", "Two days, if {b} is stable.", "I would rather finish {c} first.", "Can we decide that today?",
    "Let me write that down.", "The numbers for {c} do not match {b}.", "I will check with finance.", "Sorry, I was on mute.",
    "That is a good point.", "Who takes {c}?", "I can do that until Friday.", "Next topic, {b}.", "Any objections?",
    "We tested {c} with the new {b} and it held.", "The steering group wants to see {a} on one page.", "I do not follow.",
    "So the risk is {c}, not {b}.", "Let us take this offline.", "Could you send me the link to {c}?", "One more thing on {b}.",
    "Thank you all, same time next week.", "I have to leave in five minutes.", "Fine with me.",
)  # fmt: skip

BROWSER: Final = "Mozilla Firefox"
TICKET_PAGES: Final = {
    "jira": "[{key}] {summary} - Jira",
    "github": "{summary} · Issue {key} · {container} - GitHub",
    "redmine": "{container} - {key}: {summary} - Redmine",
}
EDITORS: Final = ("code", "pycharm", "idea", "nvim")
FILES: Final = (
    "{c}.py",
    "test_{c}.py",
    "{b}.ts",
    "{c}_service.java",
    "{b}.sql",
    "{c}.yaml",
    "README.md",
    "{b}_test.go",
)
SEARCHES: Final = ("{c} best practice - Search", "{b} documentation", "{c} example - Search", "How to test {c} - Forum")
PLAIN_WINDOWS: Final = (
    "Inbox - {mail} - Outlook",
    "Calendar - {mail} - Outlook",
    "New Tab - " + BROWSER,
    "Teams",
    "Explorer",
    "News - " + BROWSER,
)
