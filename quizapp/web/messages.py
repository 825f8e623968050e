"""The sentences of errors, by code: what happened, that nothing was lost, what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

UNKNOWN = _l("Something was refused. Nothing was changed.")

MESSAGES: Mapping[str, LazyString] = {
    "not_allowed": _l("Your account may not do this. Nothing was changed."),
    "database_away": _l("The system cannot store anything at the moment. Wait a moment and try again."),
    "not_found": _l("There is nothing here, or it is not yours to see."),
    "framework_not_loaded": _l("The framework version this belongs to is not loaded. Ask an administrator."),
    "own_role": _l("Nobody gives a role to themselves. Another administrator can. Nothing was changed."),
    "last_administrator": _l(
        "This is the last administrator who can sign in. Make another one first. Nothing was changed."
    ),
    "has_password": _l("This person has a password already, so no invitation was sent."),
    "account_disabled": _l("This account is shut. Open it first. No invitation was sent."),
    "invitation_over": _l("This invitation is over or was used. Enter your address to get a new link."),
    "bad_person": _l("The account was not made. Every reason stands below."),
    "bad_role": _l("There is no such role. Nothing was changed."),
    "bad_accommodation": _l("The extra time was not saved. Every reason stands below."),
    "bad_preferences": _l("Your choice was not saved. The reason stands below."),
    "bad_cohort": _l("The cohort was not made. The reason stands below."),
    "bad_members": _l("Nobody joined the cohort. Every reason stands below."),
    "bad_import": _l("Nothing was loaded. Every row with a problem stands below."),
    "no_such_person": _l("No account has this address."),
    "no_such_cohort": _l("There is no cohort of this name."),
    "not_on_roster": _l("You are not on the list for this sitting. Ask whoever runs it to add you."),
    "bad_exam": _l("The exam was not saved. Every reason stands below."),
    "bad_exam_file": _l("Nothing was loaded. Every reason stands below."),
    "not_feasible": _l(
        "The pool cannot carry this exam, so it was not published. Every reason stands below."
    ),
    "exam_is_frozen": _l("This exam is published and cannot change. Define another one instead."),
    "no_bank": _l("No item bank of this framework is loaded yet, so there is nothing to ask."),
    "bad_sitting": _l("The sitting was not saved. Every reason stands below."),
    "sitting_started": _l("Somebody has started in this sitting. Close it instead; nothing was changed."),
    "exam_not_published": _l("This exam is not open. Nothing was started."),
    "sitting_closed": _l("This sitting is closed. Nothing was started."),
    "window_not_open": _l("This sitting has not opened yet. Nothing was started."),
    "window_over": _l("This sitting is over. Nothing was started."),
    "wrong_access_code": _l("The access code is not right. Nothing was started; ask your proctor."),
    "wrong_network": _l("This exam can only be taken from the exam room's network. Nothing was started."),
    "not_checked_in": _l("A proctor has to check you in first. Go to them, then open this page again."),
    "rules_not_accepted": _l("Accept the rules of this sitting first. Nothing was started."),
    "bad_check_in": _l("Nobody was checked in: say how this person was identified."),
    "own_check_in": _l("Nobody checks themselves in; another proctor can. Nothing was changed."),
    "already_started": _l("This person has started already. Nothing was changed."),
    "bad_announcement": _l("Nothing was announced: it needs some words, and not too many."),
    "bad_void": _l("Nothing was made void: a reason is needed."),
    "own_attempt": _l("This is your own attempt; somebody else has to decide about it. Nothing was changed."),
    "attempt_released": _l(
        "The result of this attempt was shown already, and a record may rest on it. Nothing was changed."
    ),
    "bad_suspension": _l("The item was not changed: a reason is needed."),
    "no_late_rule": _l("This sitting has no rule for late answers, so none can be decided. Write one first."),
    "already_decided": _l("This late answer was decided before. Nothing was changed."),
    "bad_report": _l("The report was not sent: it needs some words, and not too many."),
    "too_many_reports": _l("There are many reports of yours already. Tell the proctor, please."),
    "attempt_already_open": _l("You have already started. Resume the attempt that is open."),
    "attempt_closed": _l("This attempt is closed. What you saved before is safe."),
    "result_pending": _l(
        "Your last attempt's result is not released yet, and the next one builds on it. Nothing was started."
    ),
    "too_soon": _l("It is too soon for another attempt. Nothing was started."),
    "no_cycles_left": _l("No further attempts are allowed at the moment. Nothing was started."),
    "pool_too_small": _l(
        "There are no unseen questions left for you, so no attempt can be built. Nothing was started."
    ),
    "illegal_transition": _l("This step is not possible in the present state. Nothing was changed."),
    "bad_response": _l("The answer could not be understood, so it was not stored."),
    "stale_writer": _l("This exam was opened in another window; only the newer one can save."),
    "bad_list": _l(
        "The list could not be read. Give text, CSV or Excel with at most 5,000 lines, one a person."
    ),
    "bad_grant": _l(
        "Nothing was opened. It needs an appeal reviewer, neither you nor the holder, a time and a reason."
    ),
    "bad_link": _l("No link was made: it needs a time, and 50 links of one record are the most."),
    "bad_view": _l("The view was not saved: it needs a name of at most 80 characters, and 30 are the most."),
    "too_many_records": _l("So many records do not go into one PDF or archive. Narrow the search first."),
    "export_unfinished": _l("The file is still being written. Its page shows how far it is."),
    "own_record": _l("This is your own record; somebody else has to decide about it. Nothing was changed."),
    "own_result": _l("This is your own result; somebody else has to release it. Nothing was changed."),
    "not_scored": _l("This attempt is not scored yet, so there is nothing to release."),
    "not_live": _l("A preview has no result. Nothing was changed."),
    "attempt_void": _l("This attempt was made void; it counts for nobody. Nothing was changed."),
    "bad_case": _l("Nothing was stored: it needs some words, and at most 4,000 characters."),
    "bad_decision": _l("Nothing was decided. It needs an outcome, the reasons, and a time for a bar."),
    "case_open": _l("There is an open case about this attempt already."),
    "appeal_over": _l("Only a result that was shown can be appealed against, for 90 days."),
    "too_many_appeals": _l("This result was appealed against three times, which is the most."),
    "held_by_case": _l("An open case holds this result. Decide the case first; nothing was released."),
    "not_independent": _l(
        "Whoever opened a case, proctored, asked for a regrade or issued the record cannot decide it."
    ),
    "barred": _l("You are barred from certification exams for a time. A letter told you until when."),
    "bad_reason": _l("A change of status needs a category and a reason. Nothing was changed."),
    "not_fresh": _l("This cannot be undone: please sign in again first. Nothing was changed yet."),
    "unreadable_record": _l(
        "This is not a record file. Hand in the JSON or PDF file exactly as it was downloaded."
    ),
    "nothing_in_force": _l("None of this person's records is in force, so there is no transcript of them."),
    "record_too_long": _l("The file is too large to be a record. Nothing was stored."),
    "record_damaged": _l(
        "The stored record does not match its signature. Do not rely on it, and tell its issuer."
    ),
    "http_413": _l("The file is too large. Nothing was stored."),
    "bad_file": _l("The file could not be read. Nothing was stored; every reason stands below."),
    "bad_picture": _l("The picture cannot be used. Nothing was stored; the reason stands below."),
    "no_items": _l("There are no items in the file. Nothing was stored."),
    "items_refused": _l("Some items cannot be taken, so none was. Every reason stands below."),
    "nothing_new": _l("Everything in the file is in the bank already. Nothing was changed."),
    "unknown_format": _l("There is no such format for items."),
    "http_429": _l("Too many look-ups came from your address. Wait a minute and try again."),
    "token_missing": _l('This needs a token: send it as "Authorization: Bearer".'),
    "token_unknown": _l("This token is not known here. Nothing was shown."),
    "token_expired": _l("This token has expired. Ask a registrar for a new one."),
    "token_revoked": _l("This token was revoked. Ask a registrar for a new one."),
    "token_orphaned": _l("The account that made this token is shut, so the token ended with it."),
    "token_already_revoked": _l("This token was revoked before. Nothing was changed."),
    "out_of_scope": _l("This token does not allow this. Ask a registrar for one that does."),
    "key_in_use": _l("This key still signs records. Make a new one first. Nothing was changed."),
    "bad_name_change": _l("The name was not changed. Every reason stands below."),
    "bad_webhook": _l("The webhook was not made. Every reason stands below."),
    "bad_api_token": _l("The token was not made. Every reason stands below."),
    "unknown_cursor": _l("This cursor was never given. Begin again with 0."),
    "unknown_framework": _l("No framework with this name is loaded."),
    "too_many_entries": _l("Too many entries in one request. Send them in parts."),
    "too_many_requests": _l("Too many requests with this token. Wait as long as Retry-After says."),
    "no_such_record": _l("No record in this system has this serial."),
    "internal": _l("Something unexpected happened. It has been written to the log."),
    "csrf": _l(
        "This form was open for too long or came from elsewhere. Nothing was changed. "
        "Go back, reload the page and try again."
    ),
    "time_is_up": _l("The time for this exam is over. What was saved before counts."),
    "waits_for_markings": _l(
        "Part of this result is marked by people, who have not finished. It will appear on your home page."
    ),
    "marked_before": _l("You have marked this answer. Somebody else has to mark it now."),
    "marked_enough": _l("This answer needs no marking any more. Somebody was quicker."),
    "response_changed": _l("This answer has changed since you opened it. Read it again."),
    "bad_marking": _l("Give every criterion one of its levels."),
    "not_released": _l("This result has not been released yet. It will appear on your home page."),
    "http_405": _l("This address cannot be used in that way. Nothing was changed."),
    "http_400": _l("The request could not be understood. Nothing was changed."),
    "sequence_taken": _l("Another entry already has this number. The page numbers it anew and tries again."),
    "bad_batch": _l("The saved entries could not be understood, so none of them was stored."),
    "attempt_open": _l("This attempt is still open."),
    "bad_beat": _l("The sign of life could not be understood; nothing was changed."),
    "section_closed": _l(
        "This question belongs to a section that is not open. What you saved there is safe."
    ),
    "paused": _l("Everybody waits at the moment. Your answers are safe, and your time stands still."),
    "taken_over": _l("This exam was opened in another window; only the newer one goes on."),
    "bad_time_change": _l("The time was not changed. Every reason stands below."),
    "bad_early_end": _l("The sitting was not ended. A reason is needed, and 0 to 240 minutes."),
    "not_paused": _l("Nobody is waiting, so there is nothing to go on with."),
    "bad_note": _l("The note was not written: it needs some words, and not too many."),
    "own_paper": _l("This is your own answer sheet; somebody else has to enter it. Nothing was changed."),
    "another_reader_needed": _l(
        "You have read this answer sheet already; somebody else has to enter it now. Nothing was changed."
    ),
    "paper_done": _l("This answer sheet is entered and closed. Nothing was changed."),
    "paper_top_up": _l(
        "This person's next attempt asks only some tasks, and a printed form asks all. Nothing was changed."
    ),
    "entered_meanwhile": _l("Somebody entered this sheet at the same moment. Look at it again."),
    "bad_paper": _l("The sheet was not entered. Every reason stands below."),
    "unprintable": _l("Some signs cannot be printed. Nothing was printed."),
    "bad_regrade": _l("The regrade was not proposed. Every reason stands below."),
    "regrade_pending": _l("A regrade of this item waits already. Nothing was changed."),
    "own_proposal": _l("You proposed this; somebody else has to approve it. Nothing was changed."),
    "release_not_asked": _l("Two people release these results, and nobody has asked for it yet."),
    "release_takes_one": _l("One person is enough to release this result. Nothing was changed."),
    "bad_merge": _l("The accounts were not merged. Say how it is known that they are one person."),
    "merge_same": _l("These are one account already. Nothing was changed."),
    "merge_own": _l("This is your own account; another administrator has to do this. Nothing was changed."),
    "merge_staff": _l(
        "The account that would be shut has a staff role, and what staff decided stays with it. "
        "Take the role away first, or keep that account. Nothing was changed."
    ),
    "merge_simulated": _l("One of the accounts is simulated and the other is not. Nothing was changed."),
    "merged_already": _l("This account went into another one. Undo that first. Nothing was changed."),
    "merge_running": _l(
        "An exam is running under one of the accounts. Wait for its end. Nothing was changed."
    ),
    "merge_undone": _l("This merge was undone before. Nothing was changed."),
    "merge_not_last": _l("A later merge of this person has to be undone first. Nothing was changed."),
    "merge_built_on": _l(
        "The person has gone on in a cycle that would fall apart, so this cannot be undone. "
        "Nothing was changed."
    ),
    "revocation_pending": _l("A revocation of this record waits already. Nothing was changed."),
    "needs_person": _l("This takes a person who has signed in. Nothing was changed."),
    "preview_changed": _l(
        "Results have changed since this preview was made. Look at it again and approve it anew. "
        "Nothing was changed."
    ),
    "not_undoable": _l("Only the last regrade of an item that still holds can be undone."),
    "bad_challenge": _l("Nothing was sent: choose a question, and say what is wrong with it."),
    "challenge_over": _l("The time to challenge this result is over. Nothing was sent."),
    "challenged_before": _l("You challenged this question before. Nothing was sent."),
    "too_many_challenges": _l("You challenged many questions of this result already. Nothing was sent."),
    "bad_export": _l("This is not an export of results."),
    "draft_changed": _l(
        "Somebody saved this draft meanwhile. What you wrote is kept beside it; compare the two below."
    ),
    "bad_draft": _l("Not yet: something is still missing. The list beside the form says what."),
    "bad_row": _l("This row is no longer there. Nothing was changed."),
    "bad_comment": _l("Nothing was stored: it needs some words, and at most 4,000 characters."),
    "bad_reviewer": _l("Only somebody who reviews items can be asked. Nothing was changed."),
    "own_item": _l("Nobody approves what they wrote themselves. Somebody else has to. Nothing was changed."),
    "revised_meanwhile": _l(
        "The item got a newer version since this draft began. Its author has to look at it first."
    ),
    "id_taken": _l(
        "Another item of this id was approved at the same moment. Send the draft back for another id. "
        "Nothing was changed."
    ),
    "type_is_fixed": _l("An item keeps its type. Write a new item instead. Nothing was changed."),
    "bad_stimulus": _l("The scenario was not kept. Every reason stands below."),
    "stimulus_changed": _l(
        "Somebody reworded this scenario meanwhile. Look at its words as they are now. Nothing was changed."
    ),
    "stimulus_in_review": _l(
        "A draft that names this scenario is in review, and its words must not change under its reviewer. "
        "Have it approved or taken back first. Nothing was changed."
    ),
    "bad_grid": _l("Nothing was changed: some rows cannot be written as they are. Look at them again."),
    "bad_upkeep": _l("Nothing was changed: choose some items, and give a reason in some words."),
    "bad_item_link": _l("Nothing was linked. Every reason stands here."),
    "scenario_split": _l(
        "A scenario serves one pool: choose all items that share it, or none. Nothing was changed."
    ),
    "draft_is_open": _l("Somebody writes on one of these items already. Nothing was changed."),
    "unknown_item_type": _l("There is no such type of item. Nothing was changed."),
    "bad_token": _l("The right to save has run out. Reload the page; saved answers are safe."),
}


def message(code: str) -> LazyString:
    """The sentence for an error code."""
    return MESSAGES.get(code, UNKNOWN)
