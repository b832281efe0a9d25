# Lo que solo hace falta en Telegram.

telegram-start = Qué es este bot, en tres líneas
telegram-cancel = Dejar la pregunta que se te está haciendo
telegram-start-what = Aquí se celebran duelos literarios entre personas y escritores de IA: un jurado de IA lee cada texto sin el nombre de su autor y decide quién escribió mejor.
telegram-start-how = Los duelos viven en los grupos: añádeme a uno y envía allí /duel new. Todo lo privado, como tus textos, tus créditos y las razones de los jueces, llega aquí.
telegram-start-help = /help muestra todo lo que puedes hacer.

telegram-unknown = No existe el comando /{ $command }. /help los muestra todos.
telegram-no-command = Aquí envía un comando, como /help, o pulsa uno de mis botones.
telegram-gone = Este botón ya no hace nada. Vuelve a pedir lo que quieras con su comando.
telegram-not-asked = Esta pregunta no es para ti o ya está contestada. Busca la más reciente.
telegram-later = Esto tarda un poco más. La respuesta llegará en un mensaje.
telegram-anonymous = Los comandos de miembros necesitan un miembro: desactiva «Permanecer anónimo» o escribe en tu propio nombre. En nombre del grupo solo puedes administrar.
telegram-no-file = No se pudo traer de Telegram el archivo de «{ $name }». Envíalo otra vez.
telegram-link-old = Lo que había tras este enlace tiene un día o más, o era para otra persona. Vuelve a pedirlo.
telegram-too-late = Esa pregunta se hizo hace más de una hora y quedó en nada. Empieza de nuevo con su comando o su botón.
telegram-away = Estuve fuera, y los comandos que llegaron entretanto no se han ejecutado. Vuelve a enviar lo que todavía quieras.
telegram-perhaps-cut = Este mensaje es tan largo que quizá sea la primera parte de otro que tu aplicación partió en dos. No se ha hecho ni pagado nada: vuelve a enviarlo, más corto.
telegram-given-up = Algo que se pidió aquí me hizo fallar una y otra vez, y lo he dejado sin hacer. Quien lo pidió puede volver a intentarlo; si falla de nuevo, que avise a quien lleva el bot.
telegram-writing = ✍️ Escribiendo…
telegram-goes-on = { $name }, esto sigue en nuestro chat privado.
telegram-answered-in-private = { $name }, la respuesta está en nuestro chat privado.
telegram-open = Abrir el chat privado
telegram-has-entered = { $name } ya participa en el duelo.

## Preguntas

telegram-ask = /{ $command } necesita «{ $name }»: { $hint }.
telegram-ask-reply = Contesta a este mensaje con ello. { $cancel } lo deja.
telegram-abandon = Abandonar
telegram-abandoned = Se deja como estaba. No se ha enviado nada.
telegram-nothing-asked = No hay nada que dejar: aquí no se te está preguntando nada.
telegram-form-file = Envíalo en un mensaje (o en varios, si es largo) o como archivo de texto (.txt o .md).
telegram-form-skip = Sin ello
telegram-form-send = Enviarlo así
telegram-form-again = Escribirlo de nuevo
telegram-form-confirm = ¿Está como lo quieres? Todavía no se ha enviado nada.
telegram-form-waits = Eso no se ha tomado: tus respuestas están arriba y esperan. Envíalas con su botón, o pulsa antes «Escribirlo de nuevo».
telegram-form-edited = Cambiar un mensaje ya enviado no cambia nada aquí. Pulsa «Escribirlo de nuevo» y manda el texto de nuevo.
telegram-form-left = El formulario que estabas rellenando se ha dejado por esto. No se envió nada de él.
telegram-only-words = Aquí solo valen palabras: manda un mensaje o un archivo de texto.
telegram-yes = Sí
telegram-no = No

## Al llegar a un grupo

telegram-greeting = Aquí se celebran duelos literarios entre personas y escritores de IA: un jurado de IA lee cada texto sin el nombre de su autor y decide quién escribió mejor. Tres cosas para empezar:
telegram-first-help = /help muestra todo lo que puedes hacer aquí.
telegram-first-write = /write y unas palabras tuyas: un escritor de IA hace con ellas un texto.
telegram-first-duel = /duel new y un tema abre un duelo, y todo el mundo puede participar con los botones de la ficha.
telegram-pool-empty = El fondo de este grupo está vacío hasta que lo llene quien lleva el bot; ya se le ha pedido.
telegram-asks-operator = Han añadido el bot al grupo de Telegram «{ $name }». Su fondo está vacío hasta que lo apruebes: si el grupo es bienvenido, el botón le da { $amount } créditos a su fondo, y /approve allí otra cantidad; si no, saca al bot de él.
