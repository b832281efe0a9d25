# /link: cuentas que pasan a ser una sola persona, y lugares que pasan a ser una sola comunidad.

link-title = Una persona, varias cuentas
link-code = En tu otra cuenta, en la otra plataforma, escribe: /link { $code }
link-code-why = Entonces las dos cuentas serán una sola persona con un solo monedero. El código vale { $minutes } minutos y para una cuenta. Quien lo escriba comparte tu monedero: no se lo enseñes a nadie, y escríbelo en un chat privado con el bot.
link-confirm = Esta cuenta pasa a ser de la misma persona que «{ $name }» en { $platform }.
link-confirm-rules = Todo lo de esta cuenta va allí: sus créditos, lo reservado para textos en marcha, los textos, los duelos, las comunidades y lo que hoy llevan contado los límites. Los permisos no: cada plataforma dice quién administra en ella. /link undo vuelve a sacar una cuenta, pero con el monedero vacío.
link-confirm-warning = Hazlo solo si las dos cuentas son tuyas y pediste tú el código. Quien tenga la otra cuenta tendrá también estos créditos.
link-done = Hecho. Estas cuentas son ya una sola persona, con un solo monedero.
link-undo-confirm = Esta cuenta se separa de { $others } y sigue como una persona nueva, con el monedero vacío. Los { $balance } créditos, los textos, los duelos y todo lo ocurrido se quedan del otro lado. La cuenta se podrá volver a unir pasado un día.
link-undone = Hecho. Esta cuenta va ahora por su cuenta, con el monedero vacío.

link-no-code = Eso no es un código. Un código tiene diez letras y cifras, como K7QF2-M9XPD; /link en la otra cuenta muestra uno.
link-unknown = Este código no se conoce, o ya lo escribió otra cuenta. /link en la otra cuenta muestra uno nuevo.
link-expired = Este código ha caducado. /link en la otra cuenta muestra uno nuevo.
link-used = Este código ya se usó. /link muestra qué cuentas están unidas.
link-tries =
    Desde esta cuenta llegaron demasiados códigos equivocados. Prueba otra vez dentro de { $minutes ->
        [one] un minuto
       *[other] { $minutes } minutos
    }.
link-own = Este código es de esta misma cuenta y, como se ha escrito aquí, ya no vale. /link muestra uno nuevo: escríbelo en tu otra cuenta, en la otra plataforma.
link-already = Estas cuentas ya están unidas. /credits muestra su monedero.
link-same-platform = Cada lado tiene ya una cuenta en { $platform }, y una persona puede tener una en cada plataforma. No se ha cambiado nada; /link undo en una de ellas la saca primero.
link-too-soon =
    Una de las dos partes se separó hace menos de un día. Se podrán unir dentro de { $hours ->
        [one] una hora
       *[other] { $hours } horas
    }.
link-two-texts = Entre las dos cuentas tienes en el duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }», más textos de los que puede tener una persona. Retira allí uno con /duel withdraw y después une las cuentas.
link-own-judge = Una de las cuentas tiene un juez en el jurado del duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }», y la otra un texto en él. Retira el texto, o espera a que el duelo se cierre.
link-alone = Esta cuenta no está unida a ninguna otra, así que no hay nada que deshacer. /link la une a otra.
link-changed = Esto ha cambiado desde que se mostró el botón. /link muestra cómo está ahora.

## Servidores y chats

link-place-title = Una comunidad, varios lugares
link-place-code = En el servidor o chat que se va a unir, alguien que lo administre escribe: /link { $code }
link-place-why = Entonces los dos serán una sola comunidad, con el fondo, los ajustes y el idioma de esta, y los duelos se verán en los dos. El código vale { $minutes } minutos y para una cuenta; enséñaselo solo a quien administre el otro.
link-place-confirm = Este servidor o chat pasa a formar parte de la comunidad «{ $name }».
link-place-rules = Su fondo va allí, y sus duelos la acompañan con números nuevos. Los ajustes, el idioma y los modelos activados son desde ahora los de la otra; cada persona conserva su monedero. Los duelos se ven en los dos: aquí, en este mismo canal. Un admin puede volver a sacarlo, pero entonces el fondo y los duelos se quedan allí.
link-place-done = Hecho. Este servidor o chat forma ya parte de esa comunidad, y los duelos en marcha se ven aquí.
link-part-confirm = Este servidor o chat deja la comunidad «{ $name }» y vuelve a tener la suya. El fondo, con { $pool } créditos, y los duelos se quedan con los demás. Se podrá volver a unir pasado un día.
link-parted = Hecho. Este servidor o chat vuelve a tener su propia comunidad, con el fondo vacío.
link-community-where = Un servidor o chat se une desde dentro, y lo hace alguien que lo administre. Escribe esto allí.
link-community-same = Este lugar ya es de esa comunidad.
link-community-joined = Este servidor o chat comparte su comunidad con otros. Sácalo antes de ella: «/link community» muestra el botón a quien administra.
link-community-running = El duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }», está en marcha aquí. Espera a que acabe, o termínalo con /duel cancel.
link-community-alone = Este servidor o chat no comparte su comunidad con ningún otro, así que no hay nada que deshacer. «/link community» lo une a otro.
