# Textos de escritores de IA: /write, y en qué quedó. Cada `write-` con un motivo pone fin a un
# texto que se pidió.

write-empty = No salió ningún texto, y no se cobra nada. Cuenta en pocas palabras cómo ha de ser y pídelo otra vez.
write-refused = El modelo prefirió no escribir esto, y no se cobra nada. Dilo con otras palabras, o elige otro modelo con /models.
write-provider = El proveedor del modelo falló antes de que hubiera texto, y no se cobra nada. Pídelo otra vez dentro de un rato, o elige otro modelo con /models.
write-unknown = La respuesta del modelo no llegó nunca, y no se cobra nada. Lo que estaba reservado vuelve a estar libre; con /write pides otro.
write-cut = Tu texto se cortó cuando el bot se detuvo, y no se cobra nada. Con /write lo pides otra vez.
write-busy = Se está escribiendo un texto tuyo. Cuando esté, podrás pedir el siguiente.
write-pause =
    { $seconds ->
        [one] Tu último texto acaba de llegar. Podrás pedir el siguiente dentro de un segundo.
       *[other] Tu último texto acaba de llegar. Podrás pedir el siguiente dentro de { $seconds } segundos.
    }
write-not-yours = Este texto lo pidió otra persona, así que es suyo. Con /write tendrás uno tuyo.
write-stopping = Se detiene. Lo escrito hasta aquí se queda, y solo se paga eso.

## Lo que un texto o un veredicto simulados dicen de sí mismos

simulated-text = Simulado: aquí no escribe ningún modelo de verdad. Un pequeño programa compone el texto, a modo de ensayo.
simulated-panel = Simulado: ningún modelo de verdad lee estos textos. Los jueces son un pequeño programa, a modo de ensayo.
simulated-results = Simulado: ningún modelo de verdad leyó estos textos. Las notas y los comentarios vienen de un pequeño programa que cuenta y compara, a modo de ensayo.
simulated-all = Simulado: no hay clave de ningún proveedor, así que aquí ningún modelo de verdad escribe ni lee. Todo lo demás es real: pruébalo sin miedo.
write-gone = Ese texto ya no se guarda. Con /write puedes pedir otro.
write-late = Este texto estaba listo cuando se paró el bot; aquí lo tienes.
write-refused-often = Hoy los modelos han rechazado { $most } peticiones tuyas. Mañana puedes volver a pedir; con /help write ves cómo.
