# Lo que deciden las comunidades y los participantes, y lo que se decide de las comunidades.

settings-title = Ajustes de { $name }
settings-kept = Guardado. A partir de ahora queda así:
settings-no-zone = No existe la zona horaria «{ $name }». Escríbela como región y ciudad, por ejemplo Europe/Madrid, o UTC.
field-results = Los veredictos se cuentan
field-language = Idioma
field-time-zone = Zona horaria
results-in-channel = en el canal de su duelo
results-in-thread = en un hilo propio
language-en = inglés
language-es = español

## Menciones

mentions-are-on = El bot te menciona cuando un duelo tuyo tiene veredicto o cuando hace falta algo de ti. Los recordatorios nunca mencionan a nadie.
mentions-are-off = El bot no te menciona en ninguna parte. Los veredictos de tus duelos se publican igual; /duel results los muestra.
mentions-unknown = Este botón ya no hace nada. /mentions muestra cómo está puesto.
button-mentions-off = No me menciones
button-mentions-on = Vuelve a mencionarme

## Aprobación

pool-not-approved = Quien lleva el bot todavía no ha aprobado esta comunidad, así que su fondo está vacío. Ya se le ha pedido; lo que se paga del monedero propio ya funciona.
community-approved = Quien lleva el bot ha aprobado esta comunidad: su fondo empieza con { $amount } créditos. /duel new abre un duelo.
community-unknown = No existe esa comunidad. /approve, enviado en el propio lugar, la aprueba.
approve-done = { $name } queda aprobada.
approve-before = { $name } ya estaba aprobada y su fondo se queda como está. /grant le añade créditos.
button-approve = Aprobar y llenar su fondo

## Lugares en los que ya no se puede decir nada

place-lost-operator = Ya no se puede decir nada en un lugar de «{ $name }» ({ $platform } { $address }): { $why } Se ha avisado a quienes convocaron duelos allí. En cuanto vuelvan el lugar o los permisos del bot, los mensajes nuevos aparecerán otra vez.
place-lost-host = El bot ya no puede decir nada donde abriste el duelo #{ NUMBER($number, useGrouping: 0) }, «{ $theme }»: el lugar ya no está o el bot no puede escribir en él. El duelo sigue. Si el lugar todavía existe, devuélvele al bot sus permisos; /duel status y /duel results, usados en cualquier otro lugar de la comunidad, muestran cómo va y cómo acaba.
