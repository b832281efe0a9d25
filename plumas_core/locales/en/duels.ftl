# A duel from its opening to the close: its card, its texts, its end. Verdicts are in results.ftl.

## Opening

duel-opened = Duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”, is open. It closes { $when }.
duel-estimate = about { $about }, at most { $most }
duel-nowhere = The place where you used the bot last is not there any more, so there is nowhere to show the duel. Open it in a channel or group itself.
duel-pool-low = The pool may not last for every text. Once it is empty, authors can pay for their own; /give adds to it.
duel-host-busy =
    { $most ->
        [one] A duel of yours is still under way here. You can open the next one when it has ended, or end it now with /duel cancel.
       *[other] { $most } duels of yours are still under way here. You can open the next one when one of them has ended, or end one now with /duel cancel.
    }
deadline-past = That moment is past. Name one to come, such as 2d for in two days.
deadline-near =
    { $minutes ->
        [one] A duel is open for at least a minute. Name a later close.
       *[other] A duel is open for at least { $minutes } minutes. Name a later close.
    }
deadline-far =
    { $days ->
        [one] A duel is open for a day at most. Name an earlier close.
       *[other] A duel is open for { $days } days at most. Name an earlier close.
    }
panel-size =
    { $most ->
        [one] A panel has one seat. Name a judge or a model.
       *[other] A panel has 1 to { $most } seats. Name as many judges or models, separated by commas.
    }
panel-unknown = “{ $name }” is no panel, judge or model here. /agent list shows the judges, /models the models.

## The card

card-title = Duel #{ NUMBER($number, useGrouping: 0) }: “{ $theme }”
card-open = Open for texts; it closes { $when }.
card-closing = Time was up { $when }. The last texts are being brought in.
card-judging = The texts are locked, and the judges are reading.
card-verdict = The verdict is in.
card-annulled = The verdict was annulled. It can still be read.
card-cancelled = Cancelled. { $reason }
card-left = This server or chat has left the community of duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”. The duel goes on without it.
card-reading = Readings
card-entries =
    { $count } of { $most }{ $ai ->
        [0] { "" }
        [one] , one of them an AI writer's
       *[other] , { $ai } of them AI writers'
    }
card-rules =
    at most { $words ->
        [one] one word
       *[other] { $words } words
    }; { $each ->
        [one] one text
       *[other] up to { $each } texts
    } each; judged from { $authors ->
        [one] one author
       *[other] { $authors } authors
    } on

## Finding one

duel-none = There is no duel here for this just now. /duel list shows all, and /duel new opens one.
duel-unknown = There is no duel “{ $name }” here. /duel list shows them with their numbers.
duel-not-open = Duel #{ NUMBER($number, useGrouping: 0) } is not open any more. /duel list shows the ones that are.
duel-closed = Duel #{ NUMBER($number, useGrouping: 0) } has closed, and takes no more texts. /duel list shows the ones that are open.
duel-over = Duel #{ NUMBER($number, useGrouping: 0) } has ended already, so there is nothing left to cancel. /duel results shows how duels ended.
duel-not-host = Only the host of duel #{ NUMBER($number, useGrouping: 0) }, or an admin, can cancel it. Ask one of them.
list-title = Duels
list-none = There have been no duels here yet. /duel new opens the first.

## Entering

form-enter = Your text for duel #{ NUMBER($number, useGrouping: 0) }
form-title = Title
form-text =
    Text, at most { $words ->
        [one] one word
       *[other] { $words } words
    }
form-hint = Spaces and line breaks stay. If it does not fit in here, send a file with /duel enter.
entry-in = Your text is in duel #{ NUMBER($number, useGrouping: 0) }. You can replace or withdraw it until it closes, { $when }.
entry-replaced = Your new text stands in duel #{ NUMBER($number, useGrouping: 0) } in place of the earlier one. You can replace or withdraw it until it closes, { $when }.
entry-unfunded = Your text is kept, but not in the duel yet: the pool cannot pay for its judging now. Pay for it yourself, and it is in: { $cost } credits are held, and what the judges do not use comes back. Unpaid, it is left out at the close.
entry-unfunded-guest = { $name } has finished its text, but the pool cannot pay for its judging. Whoever invited it can pay with the button. Unpaid, it is left out at the close.
entry-counts-as-ai = An AI writer wrote this text at your wish, so it counts among the duel's AI texts.
entry-agreed = By entering, you agreed that this text goes to the AI providers of the panel: { $models }. You can withdraw it until the close.
entry-withdrawn = Your text is withdrawn from duel #{ NUMBER($number, useGrouping: 0) }. What was held for it is free again.
guest-withdrawn = { $name } is out of duel #{ NUMBER($number, useGrouping: 0) }. What was held for it is free again; a text that was written already stays paid.
entry-none-but-guests = You have no text of your own in duel #{ NUMBER($number, useGrouping: 0) }, only guests that you invited. Choose which of them is to leave.
entry-out = That text is out of its duel already: nothing has changed now. /duel status shows which of yours are in.
entry-dropped-unfunded = The text of { $name } was left out at the close, because nobody paid for its judging. Nothing was charged for judging it.
entry-none = You have no text in duel #{ NUMBER($number, useGrouping: 0) }. /duel enter brings one in.
entry-not-yours = Only its author can pay for this text. Anyone can add to the pool with /give.
entry-over = This text is not waiting to be paid for any more. /duel status shows how your texts stand.
entry-unknown = This text is not here any more. /duel status shows which of yours are in a duel.
entry-own-judge = A judge of yours sits on this duel's panel, so a text of yours cannot enter. Any other duel is open to you; /duel list shows them.
entry-text-and-file = More than one text came together: typed, as a file, or one from before. Send one of them.
earlier-unknown = There is no such text of yours from before. /duel enter, without a text, offers those there are.
form-earlier = Or a text of yours from before
earlier-entry =
    { $name } · duel #{ NUMBER($number, useGrouping: 0) } · { $words ->
        [one] one word
       *[other] { $words } words
    }
earlier-writing =
    { $name } · /write, so an AI text · { $words ->
        [one] one word
       *[other] { $words } words
    }
duel-full =
    { $most ->
        [one] This duel is full: it takes one text. If it is withdrawn, there is room again.
       *[other] This duel is full: it takes { $most } texts. If one is withdrawn, there is room again.
    }
duel-ai-full =
    { $most ->
        [0] This duel takes no texts by AI writers. One that you wrote yourself is welcome.
        [one] This duel takes one text by an AI writer, and has it. One that you wrote yourself is welcome.
       *[other] This duel takes { $most } texts by AI writers, and has them. One that you wrote yourself is welcome.
    }
title-long =
    The title is longer than { $limit ->
        [one] one character
       *[other] { $limit } characters
    }. Shorten it and send the text again.
text-empty = There is nothing to read in this text. Write something, and send it again.
text-too-large = This text has { $actual } bytes, and { $limit } is the most there can be. Shorten it and send it again.
text-too-many-words =
    This text has { $actual ->
        [one] one word
       *[other] { $actual } words
    }, and { $limit ->
        [one] one is
       *[other] { $limit } are
    } the most for this duel. Shorten it and send it again.
text-too-many-marks =
    { $limit ->
        [one] In line { $line } a letter bears more than one mark, which runs into the lines around it. Take some away and send the text again.
       *[other] In line { $line } a letter bears more than { $limit } marks, which run into the lines around it. Take some away and send the text again.
    }
mine-entered =
    In the duel: { $name } ({ $words ->
        [one] 1 word
       *[other] { $words } words
    })
mine-unfunded =
    Waiting for its judging to be paid: { $name } ({ $words ->
        [one] 1 word
       *[other] { $words } words
    })
mine-writing = Being written: { $name }
mine-withdrawn =
    Withdrawn: { $name } ({ $words ->
        [one] 1 word
       *[other] { $words } words
    })
host-flags =
    { $count ->
        [one] One text looks like a copy of another, or speaks to the judges. It is read and scored like the rest, but for a copy that is left out when it is asked about at the close; /duel cancel ends the duel.
       *[other] { $count } texts look like copies of others, or speak to the judges. They are read and scored like the rest, but for copies that are left out when they are asked about at the close; /duel cancel ends the duel.
    }
flag-copy =
    A copy, to the letter, of another member's text in this community: { $name } ({ $words ->
        [one] 1 word
       *[other] { $words } words
    })
flag-steering =
    Speaks to the judges: { $name } ({ $words ->
        [one] 1 word
       *[other] { $words } words
    })

## Suspected copies

copy-ask-host = Duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”: text { NUMBER($text, useGrouping: 0) } is, to the letter, a text of another member of this community. Shall it be judged? It waits for your answer until { $when }; without one it is judged, flagged. The other texts are being read already.
copy-ask-admins = Duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”: text { NUMBER($text, useGrouping: 0) } may be a copy. The host has a text in this duel, so an admin who has none decides. Without an answer until { $when } it is judged, flagged. The other texts are being read already.
copy-judge = Judge text { NUMBER($number, useGrouping: 0) }
copy-leave = Leave out text { NUMBER($number, useGrouping: 0) }
copy-answer-judge = Text { NUMBER($number, useGrouping: 0) } is judged like the others, and stays flagged.
copy-answer-leave = Text { NUMBER($number, useGrouping: 0) } is left out, and what was held for it has been given back.
copy-answer-none = Nobody answered about text { NUMBER($number, useGrouping: 0) } in time: it is judged like the others, and stays flagged.
copy-answer-over = The duel ended before anybody answered about text { NUMBER($number, useGrouping: 0) }.
copy-before = That had been decided before you pressed; it stays as it is.
copy-over = Duel #{ NUMBER($number, useGrouping: 0) } is over, so nothing is left to decide. /duel list shows the others.
copy-host = The host of duel #{ NUMBER($number, useGrouping: 0) } decides about this text. What comes of it is told with the verdict.
copy-admins = The host of duel #{ NUMBER($number, useGrouping: 0) } has a text in it, so an admin who has none decides about this one. What comes of it is told with the verdict.
copy-unrated = With the texts that are left, duel #{ NUMBER($number, useGrouping: 0) } does not count for the ratings. It is judged all the same.
copy-left-out = Your text “{ $name }” was left out of duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”: it is, to the letter, a text of another member of this community, and the host or an admin decided so. What was held for judging it has been given back. If this is a mistake, talk to them.
end-copies = Too few authors were left once suspected copies had been left out.
mine-disqualified =
    Left out, as a suspected copy: { $name } ({ $words ->
        [one] 1 word
       *[other] { $words } words
    })

## AI writers as guests

invite-who = Whom would you like to invite? The writing is paid from your wallet, or by the pool while its daily share for you lasts.
invited = { $name } is writing a text for duel #{ NUMBER($number, useGrouping: 0) }, on { $model }.
duel-writer-in = { $name } is in this duel already. Invite another writer; /agent list shows them.
guest-failed = { $name } has no text for this duel: none came, or not in time. What was held for it and not used is free again.

## Closing and cancelling

duel-reminder = Duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”, closes { $when }. There is still time for a text.
close-ask = The host would like to close duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”, early. It closes as soon as every author has agreed.
close-asked = The authors of duel #{ NUMBER($number, useGrouping: 0) } are being asked. It closes as soon as all have agreed.
close-agreed = You agreed to close duel #{ NUMBER($number, useGrouping: 0) } early. It closes as soon as all have.
close-done = Duel #{ NUMBER($number, useGrouping: 0) } is closed and takes no more texts. What follows is told where it was opened.
close-not-yours = Only the host, the authors or an admin can close this duel early. Ask its host.
close-not-asked = The host has not asked for an early close. Once they do, you can agree to it here.
texts-title = Duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”: the texts
texts-posted =
    { $count ->
        [one] The text is in the file, without its author's name. The judges are reading it now.
       *[other] The { $count } texts are in the file, without names and in an order drawn by lot. The judges are reading them now.
    }
texts-digest = Their fingerprint, so that anyone can check later that nothing was changed (SHA-256): { $digest }
texts-head = Text { NUMBER($number, useGrouping: 0) }
text-number = Text { NUMBER($number, useGrouping: 0) }
duel-cancelled = Duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”, was cancelled. { $reason } What was still held for it has been given back.
cancel-done = Duel #{ NUMBER($number, useGrouping: 0) } is cancelled. What was still held for it has been given back; it is announced where the duel was opened.
end-host = Its host or an admin called it off.
end-few = Too few authors had entered by the close.
end-unread = Too many readings were missing for a fair verdict.
duel-waits-for-credits = Some readings of duel #{ NUMBER($number, useGrouping: 0) } wait for credits: asking the judges again costs more than was held. /give to the pool lets them go on by themselves; otherwise the verdict is given without them, where enough others are there.
untitled = untitled
duel-gone = That button belongs to a duel that is not here. /duel list shows those that are.
duel-too-small = A duel is judged from { $least } authors on, so it must have room for as many texts. Choose a larger max_entries.
entry-replace-unfunded = Nobody can pay for reading the new text now, so your earlier one stays in the duel. Try again once there are credits: /credits shows them.
entry-too-often = You have entered { $most } texts into this duel; that must do. The last one that was taken stands.
entry-unfunded-cap = Your text is kept, but it is not in the duel yet: today's cap on spending is reached. Reading it needs up to { $cost } credits; it joins by itself as soon as there is room.
