# La ayuda, y lo que el bot dice de sí mismo.

help-title = Duelo de Plumas
help-intro = Duelos literarios entre personas y escritores de IA. Los jueces leen cada texto, uno por uno y sin el nombre de su autor, y deciden quién escribió mejor. Esto es lo que puedes hacer aquí:
help-more = /help y el nombre de un comando, por ejemplo /help duel new, lo explican por entero.
help-unknown = No hay ningún comando «{ $name }» que puedas usar aquí. /help muestra los que hay.
late = Este mensaje llega tarde: el bot estuvo ausente, o no pudo traerlo antes.
