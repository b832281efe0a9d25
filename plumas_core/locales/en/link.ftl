# /link: accounts that become one member, and places that become one community.

link-title = One member, several accounts
link-code = On your other account, on the other platform, type: /link { $code }
link-code-why = Then both accounts are one member with one wallet. The code holds for { $minutes } minutes and for one account. Whoever types it shares your wallet, so show it to nobody, and type it in a private chat with the bot.
link-confirm = This account becomes part of the member that “{ $name }” on { $platform } belongs to.
link-confirm-rules = Everything of this account goes there: its credits, what is held for texts under way, texts, duels, communities and what today's limits have counted. Rights do not: each platform says who is an admin there. /link undo takes an account out again, but with an empty wallet.
link-confirm-warning = Do this only if both accounts are yours, and you asked for the code yourself. Whoever has the other account has these credits from then on.
link-done = Done. These accounts are one member now, with one wallet.
link-undo-confirm = This account leaves { $others } and goes on as a new member with an empty wallet. The { $balance } credits, the texts, the duels and all that happened stay with the other side. The account can be joined again after a day.
link-undone = Done. This account is a member of its own now, with an empty wallet.

link-no-code = That is no code. A code has ten letters and digits, such as K7QF2-M9XPD; /link on the other account shows one.
link-unknown = This code is not known, or another account has typed it already. /link on the other account shows a new one.
link-expired = This code has expired. /link on the other account shows a new one.
link-used = This code has done its work already. /link shows which accounts are joined.
link-tries =
    Too many wrong codes came from this account. Try again in { $minutes ->
        [one] a minute
       *[other] { $minutes } minutes
    }.
link-own = This is the code of this very account, and it is void now that it was typed here. /link shows a new one: type that on your other account, on the other platform.
link-already = These accounts are joined already. /credits shows their wallet.
link-same-platform = Each side has an account on { $platform } already, and a member can have one on each platform. Nothing was changed; /link undo on one of them takes it out first.
link-too-soon =
    One of the two was taken out of another one less than a day ago. They can be joined in { $hours ->
        [one] an hour
       *[other] { $hours } hours
    }.
link-two-texts = With both accounts you have more texts in duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”, than one member may have. Withdraw one of them there with /duel withdraw, then join the accounts.
link-own-judge = One of the accounts owns a judge on the panel of duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”, in which the other has a text. Withdraw the text, or wait until the duel has closed.
link-alone = This account is joined with no other one, so there is nothing to undo. /link joins it with one.
link-changed = This has changed since the button was shown. /link shows how it is now.

## Servers and chats

link-place-title = One community, several places
link-place-code = In the server or chat that is to come along, an admin of it types: /link { $code }
link-place-why = Then both are one community, with the pool, the settings and the language of this one, and duels are shown in both. The code holds for { $minutes } minutes and for one account; show it only to an admin of the other.
link-place-confirm = This server or chat becomes part of the community “{ $name }”.
link-place-rules = Its pool moves there, and its duels come along under new numbers. Settings, language and switched models are from now on the other's; members keep their wallets. Duels are shown in both: here, in this very channel. An admin can take it out again, but the pool and the duels stay there then.
link-place-done = Done. This server or chat is part of that community now, and the duels under way are shown here.
link-part-confirm = This server or chat leaves the community “{ $name }” and has one of its own again. The pool, with { $pool } credits, and the duels stay with the others. It can be joined again after a day.
link-parted = Done. This server or chat has a community of its own again, with an empty pool.
link-community-where = A server or chat is joined from within, by one of its admins. Type this there.
link-community-same = This place belongs to that community already.
link-community-joined = This server or chat shares its community with others. Take it out of that one first: “/link community” shows an admin the button.
link-community-running = Duel #{ NUMBER($number, useGrouping: 0) }, “{ $theme }”, is under way here. Wait for its end, or end it with /duel cancel.
link-community-alone = This server or chat shares its community with no other, so there is nothing to undo. “/link community” joins it with one.
