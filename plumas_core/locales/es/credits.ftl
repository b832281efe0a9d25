# Créditos: saldos, regalos y lo que no se puede pagar. Las cantidades llegan como texto, o con dos
# decimales.

the-pool = el fondo
credits-title = Créditos: { $name }
credits-none-here = En esta comunidad no le ha entrado ni salido nada.
credits-none = Todavía no ha entrado ni salido nada.
give-done = Entregados { $amount } créditos. Ya los tiene { $name }.
give-self = Los créditos no pueden volver al lugar de donde salen. Nombra a otra persona, o el fondo.
give-source = Los créditos salen de tu monedero o, para admins, del fondo. No pongas nada aquí, o pon el fondo.
grant-done = { $amount } créditos nuevos para { $name }.
grant-back = Retirados { $amount } créditos. Los tenía { $name }.
member-unknown = Aquí no se conoce a nadie que se llame «{ $name }». Prueba con el nombre tal como se ve en este chat; basta con haber usado un comando una vez.
member-ambiguous = Hay más de una persona que se llama «{ $name }». Nombra a la que quieras por el id de su cuenta.
credits-bad-amount = Eso no es una cantidad de créditos. Escríbela así: 2,50, sin signo para los miles.
credits-not-above-zero = Esa cantidad no movería nada. Pon una mayor que cero, por ejemplo 2,50.
credits-insufficient = Hacen falta { NUMBER($needed, minimumFractionDigits: 2) } créditos, y para gastar hay { NUMBER($available, minimumFractionDigits: 2) }. Alguien puede dar el resto con /give; o prueba con menos.
credits-pool-insufficient = Esto puede costar { NUMBER($needed, minimumFractionDigits: 2) } créditos. Tu monedero no llega, y al fondo le quedan { NUMBER($available, minimumFractionDigits: 2) } para gastar. Alguien puede darlos con /give, a ti o al fondo.
credits-allowance-spent =
    Esto puede costar { NUMBER($needed, minimumFractionDigits: 2) } créditos. Tu monedero no llega, y el fondo te da hoy { NUMBER($available, minimumFractionDigits: 2) } más. Volverá a dar dentro de { $hours ->
        [one] una hora
       *[other] { $hours } horas
    }; hasta entonces, alguien puede dártelos con /give.
credits-community-cap =
    Esto puede costar { NUMBER($needed, minimumFractionDigits: 2) } créditos, y de los { NUMBER($cap, minimumFractionDigits: 2) } que esta comunidad puede gastar al día quedan { NUMBER($left, minimumFractionDigits: 2) }. El próximo día empieza dentro de { $hours ->
        [one] una hora
       *[other] { $hours } horas
    }; prueba entonces.
credits-house-cap =
    Esto puede costar { NUMBER($needed, minimumFractionDigits: 2) } créditos, y de los { NUMBER($cap, minimumFractionDigits: 2) } que este bot puede gastar al mes quedan { NUMBER($left, minimumFractionDigits: 2) }. El próximo mes empieza dentro de { $days ->
        [one] un día
       *[other] { $days } días
    }; quien lleva el bot puede subir el límite antes.
house-cap-near = De los { $cap } créditos que todas las comunidades juntas pueden gastar este mes, { $used } están gastados o comprometidos. Cuando se acabe el resto, lo que cueste créditos esperará al mes que viene; el ajuste HOUSE_CAP sube el límite.

## Movimientos

purpose-judging = lectura de los jueces
purpose-writing = escritura
purpose-gift = regalo: { $name }
purpose-grant = emisión
purpose-taken-back = retirada
purpose-opening = créditos de apertura
purpose-link = unión
payer-wallet = el monedero propio
payer-pool = el fondo
