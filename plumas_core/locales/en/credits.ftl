# Credits: balances, gifts, and what cannot be paid. Amounts come as text, or with two decimals.

the-pool = the pool
credits-title = Credits: { $name }
credits-none-here = Nothing of theirs has come in or gone out in this community.
credits-none = Nothing has come in or gone out yet.
give-done = { $amount } credits have gone to { $name }.
give-self = Credits cannot go back to where they come from. Name another member, or the pool.
give-source = Credits come out of your own wallet or, for admins, out of the pool. Leave this out, or name the pool.
grant-done = { $amount } new credits are issued to { $name }.
grant-back = { $amount } credits are taken back from { $name }.
member-unknown = Nobody called “{ $name }” is known here. Try the name as it is shown in this chat; whoever has used a command once is known.
member-ambiguous = More than one person here is called “{ $name }”. Name the one you mean by their account's id.
credits-bad-amount = That is no amount of credits. Write it like 2.50, without a mark for thousands.
credits-not-above-zero = That amount would move nothing. Name one above zero, such as 2.50.
credits-insufficient = { NUMBER($needed, minimumFractionDigits: 2) } credits are needed, and { NUMBER($available, minimumFractionDigits: 2) } are there to be spent. Somebody can /give the rest; or try it with fewer.
credits-pool-insufficient = This may take { NUMBER($needed, minimumFractionDigits: 2) } credits. Your wallet has fewer, and the pool has { NUMBER($available, minimumFractionDigits: 2) } to spend. Somebody can /give some, to you or to the pool.
credits-allowance-spent =
    This may take { NUMBER($needed, minimumFractionDigits: 2) } credits. Your wallet has fewer, and the pool gives you { NUMBER($available, minimumFractionDigits: 2) } more today. It gives again in { $hours ->
        [one] an hour
       *[other] { $hours } hours
    }; until then somebody can /give you some.
credits-community-cap =
    This may take { NUMBER($needed, minimumFractionDigits: 2) } credits, and of the { NUMBER($cap, minimumFractionDigits: 2) } that this community may spend in a day { NUMBER($left, minimumFractionDigits: 2) } are left. The next day begins in { $hours ->
        [one] an hour
       *[other] { $hours } hours
    }; try again then.
credits-house-cap =
    This may take { NUMBER($needed, minimumFractionDigits: 2) } credits, and of the { NUMBER($cap, minimumFractionDigits: 2) } that this bot may spend in a month { NUMBER($left, minimumFractionDigits: 2) } are left. The next month begins in { $days ->
        [one] a day
       *[other] { $days } days
    }; whoever runs the bot can raise the limit sooner.
house-cap-near = Of the { $cap } credits that all communities together may spend this month, { $used } are spent or promised. When the rest is gone, work that costs credits waits for the next month; the setting HOUSE_CAP raises the limit.

## Movements

purpose-judging = judging
purpose-writing = writing
purpose-gift = gift: { $name }
purpose-grant = issued
purpose-taken-back = taken back
purpose-opening = opening credits
purpose-link = joined
payer-wallet = own wallet
payer-pool = the pool
