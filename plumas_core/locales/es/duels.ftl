# Un duelo desde que se abre hasta el cierre: su tarjeta, sus textos, su final. Los veredictos están
# en results.ftl.

## Abrir

duel-opened = El duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }», está abierto. Se cierra { $when }.
duel-estimate = unos { $about }, como mucho { $most }
duel-nowhere = El lugar donde usaste el bot por última vez ya no existe, así que no hay dónde mostrar el duelo. Ábrelo en el propio canal o grupo.
duel-pool-low = Puede que el fondo no llegue para todos los textos. Cuando se agote, cada autor podrá pagar el suyo; con /give se le añade más.
duel-host-busy =
    { $most ->
        [one] Todavía tienes un duelo en marcha aquí. Podrás abrir otro cuando acabe, o puedes terminarlo ya con /duel cancel.
       *[other] Todavía tienes { $most } duelos en marcha aquí. Podrás abrir otro cuando acabe alguno, o puedes terminar uno ya con /duel cancel.
    }
deadline-past = Ese momento ya pasó. Elige uno por venir: por ejemplo 2d, de aquí a dos días.
deadline-near =
    { $minutes ->
        [one] Un duelo está abierto un minuto por lo menos. Elige un cierre más tardío.
       *[other] Un duelo está abierto { $minutes } minutos por lo menos. Elige un cierre más tardío.
    }
deadline-far =
    { $days ->
        [one] Un duelo está abierto un día como mucho. Elige un cierre más cercano.
       *[other] Un duelo está abierto { $days } días como mucho. Elige un cierre más cercano.
    }
panel-size =
    { $most ->
        [one] Un jurado tiene un solo asiento. Nombra un juez o un modelo.
       *[other] Un jurado tiene de 1 a { $most } asientos. Nombra otros tantos jueces o modelos, separados por comas.
    }
panel-unknown = Aquí no hay ningún jurado, juez ni modelo «{ $name }». /agent list muestra los jueces, y /models los modelos.

## La tarjeta

card-title = Duelo #{ NUMBER($number, useGrouping: 0) }: «{ $theme }»
card-open = Abierto a los textos; se cierra { $when }.
card-closing = El plazo acabó { $when }. Están llegando los últimos textos.
card-judging = Los textos ya no cambian, y los jueces leen.
card-verdict = Ya hay veredicto.
card-annulled = El veredicto fue anulado. Todavía se puede leer.
card-cancelled = Cancelado. { $reason }
card-left = Este servidor o chat ha dejado la comunidad del duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }». El duelo sigue sin él.
card-reading = Lecturas
card-entries =
    { $count } de { $most }{ $ai ->
        [0] { "" }
        [one] , uno de ellos de un escritor de IA
       *[other] , { $ai } de ellos de escritores de IA
    }
card-rules =
    { $words ->
        [one] una palabra
       *[other] { $words } palabras
    } como mucho; { $each ->
        [one] un texto
       *[other] hasta { $each } textos
    } por autor; se juzga a partir de { $authors ->
        [one] un autor
       *[other] { $authors } autores
    }

## Encontrar uno

duel-none = Ahora mismo no hay aquí ningún duelo para eso. /duel list los muestra todos, y /duel new abre uno.
duel-unknown = Aquí no hay ningún duelo «{ $name }». /duel list los muestra con su número.
duel-not-open = El duelo #{ NUMBER($number, useGrouping: 0) } ya no está abierto. /duel list muestra los que sí lo están.
duel-closed = El duelo #{ NUMBER($number, useGrouping: 0) } se ha cerrado y ya no admite textos. /duel list muestra los que siguen abiertos.
duel-over = El duelo #{ NUMBER($number, useGrouping: 0) } ya terminó, así que no queda nada que cancelar. /duel results muestra cómo acaban los duelos.
duel-not-host = Solo quien convocó el duelo #{ NUMBER($number, useGrouping: 0) }, o un admin, puede cancelarlo. Habla con alguno de los dos.
list-title = Duelos
list-none = Aquí todavía no ha habido duelos. /duel new abre el primero.

## Participar

form-enter = Tu texto para el duelo #{ NUMBER($number, useGrouping: 0) }
form-title = Título
form-text =
    Texto, como mucho { $words ->
        [one] una palabra
       *[other] { $words } palabras
    }
form-hint = Se respetan espacios y saltos de línea. Si no cabe aquí, envía un archivo con /duel enter.
entry-in = Tu texto está en el duelo #{ NUMBER($number, useGrouping: 0) }. Puedes cambiarlo o retirarlo hasta el cierre, { $when }.
entry-replaced = Tu nuevo texto ocupa el lugar del anterior en el duelo #{ NUMBER($number, useGrouping: 0) }. Puedes cambiarlo o retirarlo hasta el cierre, { $when }.
entry-unfunded = Tu texto está guardado, pero todavía no entra en el duelo: el fondo no puede pagar ahora su lectura. Si la pagas tú, entra: se reservan { $cost } créditos y vuelve lo que los jueces no gasten. Si nadie la paga, se queda fuera al cierre.
entry-unfunded-guest = { $name } ya tiene su texto, pero el fondo no puede pagar su lectura. Quien hizo la invitación puede pagarla con el botón. Si nadie la paga, se queda fuera al cierre.
entry-counts-as-ai = Este texto lo escribió un escritor de IA a petición tuya, así que cuenta entre los textos de IA del duelo.
entry-agreed = Al participar aceptas que este texto se envíe a los proveedores de IA del jurado: { $models }. Puedes retirarlo hasta el cierre.
entry-withdrawn = Tu texto queda retirado del duelo #{ NUMBER($number, useGrouping: 0) }. Lo que estaba reservado vuelve a estar libre.
guest-withdrawn = { $name } queda fuera del duelo #{ NUMBER($number, useGrouping: 0) }. Lo que estaba reservado vuelve a estar libre; un texto ya escrito queda pagado.
entry-none-but-guests = No tienes ningún texto propio en el duelo #{ NUMBER($number, useGrouping: 0) }, solo invitados tuyos. Elige cuál se va.
entry-out = Ese texto ya estaba fuera de su duelo: ahora no ha cambiado nada. /duel status muestra cuáles de los tuyos están dentro.
entry-dropped-unfunded = El texto de { $name } se quedó fuera al cierre porque nadie pagó su lectura. Por leerlo no se cobra nada.
entry-none = No tienes ningún texto en el duelo #{ NUMBER($number, useGrouping: 0) }. Con /duel enter entra uno.
entry-not-yours = Este texto solo lo puede pagar quien lo presentó. Al fondo sí puede dar cualquiera, con /give.
entry-over = Este texto ya no está a la espera de que lo paguen. /duel status muestra cómo van los tuyos.
entry-unknown = Este texto ya no está aquí. /duel status muestra cuáles de los tuyos están en un duelo.
entry-own-judge = En el jurado de este duelo hay un juez tuyo, así que tu texto no puede entrar. Cualquier otro duelo te espera; /duel list los muestra.
entry-text-and-file = Llegó más de un texto a la vez: escrito, en un archivo o uno de antes. Envía solo uno.
earlier-unknown = No hay ningún texto tuyo de antes con ese id. /duel enter, sin texto, ofrece los que hay.
form-earlier = O un texto tuyo de antes
earlier-entry =
    { $name } · duelo #{ NUMBER($number, useGrouping: 0) } · { $words ->
        [one] una palabra
       *[other] { $words } palabras
    }
earlier-writing =
    { $name } · /write, así que de IA · { $words ->
        [one] una palabra
       *[other] { $words } palabras
    }
duel-full =
    { $most ->
        [one] Este duelo está completo: admite un texto. Si se retira, vuelve a haber sitio.
       *[other] Este duelo está completo: admite { $most } textos. Si alguno se retira, vuelve a haber sitio.
    }
duel-ai-full =
    { $most ->
        [0] Este duelo no admite textos de escritores de IA. Uno que hayas escrito tú será bienvenido.
        [one] Este duelo admite un texto de un escritor de IA, y ya lo tiene. Uno que hayas escrito tú será bienvenido.
       *[other] Este duelo admite { $most } textos de escritores de IA, y ya los tiene. Uno que hayas escrito tú será bienvenido.
    }
title-long =
    El título pasa de { $limit ->
        [one] un carácter
       *[other] { $limit } caracteres
    }. Acórtalo y vuelve a enviar el texto.
text-empty = En este texto no hay nada que leer. Escribe algo y vuelve a enviarlo.
text-too-large = Este texto ocupa { $actual } bytes, y el máximo es { $limit }. Acórtalo y vuelve a enviarlo.
text-too-many-words =
    Este texto tiene { $actual ->
        [one] una palabra
       *[other] { $actual } palabras
    }, y el máximo de este duelo { $limit ->
        [one] es una
       *[other] son { $limit }
    }. Acórtalo y vuelve a enviarlo.
text-too-many-marks =
    { $limit ->
        [one] En la línea { $line } hay una letra con más de un signo encima o debajo, que invade las líneas vecinas. Quita alguno y vuelve a enviar el texto.
       *[other] En la línea { $line } hay una letra con más de { $limit } signos encima o debajo, que invaden las líneas vecinas. Quita algunos y vuelve a enviar el texto.
    }
mine-entered =
    En el duelo: { $name } ({ $words ->
        [one] 1 palabra
       *[other] { $words } palabras
    })
mine-unfunded =
    A la espera de que se pague su lectura: { $name } ({ $words ->
        [one] 1 palabra
       *[other] { $words } palabras
    })
mine-writing = Escribiéndose: { $name }
mine-withdrawn =
    Retirado: { $name } ({ $words ->
        [one] 1 palabra
       *[other] { $words } palabras
    })
host-flags =
    { $count ->
        [one] Hay un texto que parece copia de otro, o que se dirige a los jueces. Se lee y se puntúa como los demás, salvo la copia que se deje fuera cuando se pregunte por ella al cierre; /duel cancel termina el duelo.
       *[other] Hay { $count } textos que parecen copias de otros, o que se dirigen a los jueces. Se leen y se puntúan como los demás, salvo las copias que se dejen fuera cuando se pregunte por ellas al cierre; /duel cancel termina el duelo.
    }
flag-copy =
    Copia, letra por letra, de un texto de otra persona de esta comunidad: { $name } ({ $words ->
        [one] 1 palabra
       *[other] { $words } palabras
    })
flag-steering =
    Les habla a los jueces: { $name } ({ $words ->
        [one] 1 palabra
       *[other] { $words } palabras
    })

## Textos que parecen copias

copy-ask-host = Duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }»: el texto { NUMBER($text, useGrouping: 0) } es, letra por letra, el de otra persona de esta comunidad. ¿Se juzga? Espera tu respuesta hasta { $when }; si no llega, se juzga y queda señalado. Los demás textos ya se están leyendo.
copy-ask-admins = Duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }»: el texto { NUMBER($text, useGrouping: 0) } podría ser una copia. Quien convocó el duelo participa en él, así que decide un admin que no participe. Si nadie responde hasta { $when }, se juzga y queda señalado. Los demás textos ya se están leyendo.
copy-judge = Juzgar el texto { NUMBER($number, useGrouping: 0) }
copy-leave = Dejar fuera el texto { NUMBER($number, useGrouping: 0) }
copy-answer-judge = El texto { NUMBER($number, useGrouping: 0) } se juzga como los demás y sigue señalado.
copy-answer-leave = El texto { NUMBER($number, useGrouping: 0) } queda fuera, y lo que estaba reservado para él se devuelve.
copy-answer-none = Nadie respondió a tiempo sobre el texto { NUMBER($number, useGrouping: 0) }: se juzga como los demás y sigue señalado.
copy-answer-over = El duelo terminó antes de que alguien respondiera sobre el texto { NUMBER($number, useGrouping: 0) }.
copy-before = Eso ya estaba decidido cuando pulsaste, y así se queda.
copy-over = El duelo #{ NUMBER($number, useGrouping: 0) } ya terminó, así que no queda nada que decidir. /duel list muestra los demás.
copy-host = Sobre este texto decide quien convocó el duelo #{ NUMBER($number, useGrouping: 0) }. Lo que resulte se cuenta con el veredicto.
copy-admins = Quien convocó el duelo #{ NUMBER($number, useGrouping: 0) } participa en él, así que sobre este texto decide un admin que no participe. Lo que resulte se cuenta con el veredicto.
copy-unrated = Con los textos que quedan, el duelo #{ NUMBER($number, useGrouping: 0) } no cuenta para la tabla de la temporada. Se juzga igualmente.
copy-left-out = Tu texto «{ $name }» ha quedado fuera del duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }»: es, letra por letra, el de otra persona de esta comunidad, y así lo decidió quien convocó el duelo o un admin. Lo que estaba reservado para juzgarlo se devuelve. Si es un error, habla con ellos.
end-copies = Sin los textos que parecían copias quedaban muy pocos autores.
mine-disqualified =
    Fuera, porque parece una copia: { $name } ({ $words ->
        [one] 1 palabra
       *[other] { $words } palabras
    })

## Escritores de IA invitados

invite-who = ¿A quién quieres invitar? El texto se paga de tu monedero, o del fondo mientras dure la parte que te toca cada día.
invited = { $name } está escribiendo un texto para el duelo #{ NUMBER($number, useGrouping: 0) }, con { $model }.
duel-writer-in = { $name } ya participa en este duelo. Invita a otro escritor; /agent list los muestra.
guest-failed = { $name } se queda sin texto en este duelo: no llegó ninguno, o no llegó a tiempo. Lo reservado que no se gastó vuelve a estar libre.

## Cerrar y cancelar

duel-reminder = El duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }», se cierra { $when }. Aún hay tiempo para un texto.
close-ask = Quien convocó el duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }», quiere cerrarlo antes de hora. Se cerrará en cuanto todos los autores estén de acuerdo.
close-asked = Se está preguntando a los autores del duelo #{ NUMBER($number, useGrouping: 0) }. Se cerrará en cuanto todos estén de acuerdo.
close-agreed = Aceptas cerrar antes de hora el duelo #{ NUMBER($number, useGrouping: 0) }. Se cerrará en cuanto acepten todos.
close-done = El duelo #{ NUMBER($number, useGrouping: 0) } está cerrado y no admite más textos. Lo que venga ahora se cuenta donde se abrió.
close-not-yours = Este duelo solo lo pueden cerrar antes de hora quien lo convocó, los autores o un admin. Habla con quien lo convocó.
close-not-asked = Quien convocó el duelo no ha pedido cerrarlo antes de hora. Si lo pide, podrás aceptarlo aquí.
texts-title = Duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }»: los textos
texts-posted =
    { $count ->
        [one] El texto está en el archivo, sin el nombre de su autor. Los jueces ya lo están leyendo.
       *[other] Los { $count } textos están en el archivo, sin nombres y en un orden echado a suertes. Los jueces ya los están leyendo.
    }
texts-digest = La huella de los textos, para que cualquiera pueda comprobar más tarde que no se cambió nada (SHA-256): { $digest }
texts-head = Texto { NUMBER($number, useGrouping: 0) }
text-number = Texto { NUMBER($number, useGrouping: 0) }
duel-cancelled = El duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }», queda cancelado. { $reason } Lo que seguía reservado se devuelve.
cancel-done = El duelo #{ NUMBER($number, useGrouping: 0) } está cancelado. Lo que seguía reservado se devuelve; se anuncia donde se abrió el duelo.
end-host = Lo decidió quien lo convocó, o un admin.
end-few = Al cierre habían participado muy pocos autores.
end-unread = Faltaban demasiadas lecturas para un veredicto justo.
duel-waits-for-credits = Algunas lecturas del duelo #{ NUMBER($number, useGrouping: 0) } esperan créditos: volver a preguntar a los jueces cuesta más de lo reservado. Si alguien da al fondo con /give, siguen solas; si no, el veredicto se da sin ellas, siempre que haya bastantes de las demás.
untitled = sin título
duel-gone = Ese botón es de un duelo que no está aquí. Con /duel list ves los que hay.
duel-too-small = Un duelo se juzga a partir de { $least } autores, así que ha de haber sitio para otros tantos textos. Elige un max_entries mayor.
entry-replace-unfunded = Ahora nadie puede pagar la lectura del texto nuevo, así que el anterior sigue en el duelo. Prueba otra vez cuando haya créditos: los ves con /credits.
entry-too-often = Ya has presentado { $most } textos a este duelo, y con eso basta. Vale el último que se aceptó.
entry-unfunded-cap = Tu texto se guarda, pero aún no está en el duelo: hoy se ha llegado al tope de gasto. Leerlo necesita hasta { $cost } créditos; entrará por sí solo en cuanto haya margen.
