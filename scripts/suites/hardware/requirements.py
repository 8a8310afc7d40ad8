# SPDX-License-Identifier: GPL-2.0
"""What the circuits of Documentation/hardware have to do: the one table of it.

A bench is a circuit with what is connected to it, played through a sequence of states.
It is run in each of its corners (supply, temperature) with all combinations of its
tolerances, each at both ends; each requirement has to hold in all of them. Names in
braces are numbers of the corner or tolerances, those in angles texts of the corner.
"""

import collections

# name: as ngspice calls the measurement; text, unit: for the document; low, high: limits,
# None = none; measure: what follows its name in a line ".meas tran".
Requirement = collections.namedtuple("Requirement", "name text unit low high measure")
# short: which corners the short form plays.
Bench = collections.namedtuple("Bench", "circuit text corners tolerances requirements short",
                               defaults=[lambda corner: corner["temp"] != ROOM])

COLD, ROOM, HOT = -20, 25, 70
# Systems: the least and the greatest voltage of their banks, and the ends of the range.
BANKS = (8, 14.6, 29.2, 58.4, 70)

# The GPIO line: a pull of 40 kohm to either side, as SoCs have them from the reset on.
# gp: 0 = down, 1 = up. v33: the supply of the lines, 3.3 V with 5 %.
LINE = """
v33 v33 0 {v33}
vpull pull 0 {gp*v33}
"""
GPIO = {"v33": (3.135, 3.465), "gp": (0, 1)}
# What counts as a level: 0.7 V and 2.4 V are inside of what SoCs and expanders ask for.
LOW, HIGH = 0.7, 2.4


def grid(**axes):
    """Corners of all combinations."""
    corners = [{}]
    for name, values in axes.items():
        corners = [{**corner, name: value} for corner in corners for value in values]
    return corners


def at(what, when):
    return f"find {what} at={when}"


CONTACT = Bench(
    "input-contact", LINE + """
x1 in gpio v33 0 input_contact r={r} vth={vth}
rpull gpio pull 40k
* Open, with a wet connector; closed by an open collector; at battery plus; pulses.
vk kl 0 pwl(0 0 2m 0 2.001m 1 4m 1 4.001m 0)
vb kb 0 pwl(0 0 4.5m 0 4.501m 1 6m 1 6.001m 0)
.model sw sw(vt=0.5 vh=0.1 ron=1 roff=1g)
rleak in 0 10k
sl in closed kl 0 sw
rloop closed sat 100
vsat sat 0 0.4
sb in plus kb 0 sw
vplus plus 0 70
vp pulse 0 pwl(0 0 6.5m 0 6.500005m 150 6.50015m 0 7m 0 7.000005m -220 7.00015m 0)
rp pulse cp 50
cp cp in 1u
.tran 2u 7.5m 0 2u
""",
    grid(temp=(COLD, HOT, ROOM)),
    {"r": (0.99, 1.01), "vth": (0.7, 2.0), **GPIO},
    (Requirement("open", "GPIO, contact open, 10 kohm of leakage to minus", "V", HIGH, None,
                 at("v(gpio)", "1.9m")),
     Requirement("closed", "GPIO, closed by 100 ohm and a collector at 0.4 V", "V", None, LOW,
                 at("v(gpio)", "3.9m")),
     Requirement("wetting", "current through the contact", "A", 1e-3, 2.5e-3,
                 "find i(vsat) at=3.9m"),
     Requirement("closes", "time from closing to the level 1.4 V", "s", None, 0.5e-3,
                 "trig at=2m targ v(gpio) val=1.4 fall=1 td=2m"),
     Requirement("plus", "GPIO, terminal at 70 V", "V", HIGH, 3.6, at("v(gpio)", "5.9m")),
     Requirement("drawn", "current into the terminal at 70 V, leakage aside", "A", None, 1e-4,
                 "find par('-i(vplus)-v(in)/10k') at=5.9m"),
     Requirement("above", "greatest voltage of the GPIO in pulses of +150 and -220 V", "V",
                 None, 3.6, "max v(gpio) from=6.4m to=7.5m"),
     Requirement("below", "least voltage of the GPIO in them", "V", -0.3, None,
                 "min v(gpio) from=6.4m to=7.5m")))

CONTACT_DEAD = Bench(
    "input-contact", """
x1 in gpio v33 0 input_contact r={r} vth={vth}
v33 v33 0 pwl(0 0 2m 0 3m 3.3)
rpull gpio 0 1meg
vplus in 0 pwl(0 0 0.1m 70 2m 70 2.001m 0)
.tran 5u 4m
""",
    grid(temp=(COLD, HOT)), {"r": (0.99, 1.01), "vth": (0.7, 2.0)},
    (Requirement("dead", "GPIO, 3.3 V lost, terminal at 70 V", "V", -0.3, 0.3,
                 at("v(gpio)", "1.9m")),
     Requirement("fed", "current into the terminal, 3.3 V lost", "A", None, 1e-4,
                 "max par('-i(vplus)') from=1m to=1.9m")))

ISOLATED = Bench(
    "input-isolated", LINE + """
x1 inp 0 gpio v33 0 input_isolated r1={r1} r={r} ctr={ctr}
rpull gpio pull 40k
vs s 0 pwl(0 {v} 5m {v} 5.1m {-v} 7m {-v} 7.1m 70)
vk kl 0 pwl(0 0 2m 0 2.001m 1)
.model sw sw(vt=0.5 vh=0.1 ron=1 roff=1g)
sl s inp kl 0 sw
rleak s inp {v/0.5m}
.tran 5u 9m
""",
    [{"r1": r1, "v": v, "temp": temp} for temp in (COLD, HOT, ROOM)
     for r1, ends in ((1500, (8, 15)), (3300, (16, 32)), (7800, (40, 60)))
     for v in ends],
    {"r": (0.99, 1.01), "ctr": (0.25, 6), **GPIO},
    (Requirement("open", "GPIO, contact open, 0.5 mA of leakage", "V", HIGH, None,
                 at("v(gpio)", "1.9m")),
     Requirement("closed", "GPIO, contact closed", "V", None, LOW, at("v(gpio)", "4.9m")),
     Requirement("wetting", "current through the contact", "A", 3e-3, 12e-3,
                 "find par('-i(vs)') at=4.9m"),
     Requirement("closes", "time from closing to the level 1.4 V", "s", None, 1e-3,
                 "trig at=2m targ v(gpio) val=1.4 fall=1 td=2m"),
     Requirement("heat", "power in R1, closed", "W", None, 0.5,
                 "find par('(v(inp)-v(x1.a))*-i(vs)') at=4.9m"),
     Requirement("reverse", "GPIO, voltage the wrong way round", "V", HIGH, None,
                 at("v(gpio)", "6.9m")),
     Requirement("led", "least voltage at the LED, the wrong way round", "V", -3, None,
                 "min v(x1.a) from=5m to=7m")),
    lambda corner: (corner["v"], corner["temp"]) in ((8, COLD), (60, HOT)))

REMOTE = """
v5 v5 0 {4.75}
vp vp 0 {v}
x1 l h gl gh vp v5 v33 0 remote ra={ra} rb={rb} vref={vref} vos={vos} ib={ib}
rpl gl pull 40k
rph gh pull 40k
"""
DIVIDER = {"ra": (0.99, 1.01), "rb": (0.99, 1.01), "vref": (1.2214, 1.2586),
           "vos": (-15e-3, 15e-3), "ib": (0, 500e-9)}

THRESHOLDS = Bench(
    "remote", LINE + REMOTE + """
vl l 0 pwl(0 0 200m 5 400m 0)
vh h 0 pwl(0 0 200m 5 400m 0)
.tran 200u 400m 0 400u
""",
    [{"v": v, "temp": temp, "v33": 3.3, "gp": 1} for v in (70, 8) for temp in (COLD, HOT, ROOM)],
    DIVIDER,
    (Requirement("l_off", "L rising: no longer asserted above", "V", None, 3.7,
                 "find v(l) when v(gl)=1.4 rise=1"),
     Requirement("l_on", "L falling: asserted below", "V", 3.3, None,
                 "find v(l) when v(gl)=1.4 fall=1"),
     Requirement("h_on", "H rising: asserted above", "V", None, 3.1,
                 "find v(h) when v(gh)=1.4 fall=1"),
     Requirement("h_off", "H falling: no longer asserted below", "V", 2.7, None,
                 "find v(h) when v(gh)=1.4 rise=1"),
     Requirement("h_in", "current into H at 5 V", "A", None, 1e-4,
                 "find par('-i(vh)') at=200m")),
    lambda corner: (corner["v"], corner["temp"]) == (70, COLD))

WIRINGS = Bench(
    "remote", LINE + REMOTE + """
vkl kl 0 pwl(0 0 4m 0 4.001m 1 8m 1 8.001m 0 20m 0 20.001m 1)
vkm km 0 pwl(0 0 8m 0 8.001m 1 12m 1 12.001m 0)
vkh kh 0 pwl(0 0 12m 0 12.001m 1 16m 1 16.001m 0)
vdead k5 0 pwl(0 1 24m 1 24.001m 0)
.model sw sw(vt=0.5 vh=0.1 ron=1 roff=1g)
rleak l 0 47k
slink l h kl 0 sw
smin l sat km 0 sw
vsat sat 0 1.2
splus h vp kh 0 sw
* The comparators' 5 V is lost at the end, with the link closed.
.tran 20u 24m
""",
    grid(v=BANKS, temp=(COLD, HOT), ra=(1,), rb=(1,), ib=(250e-9,)),
    {"vref": (1.2214, 1.2586), "vos": (-15e-3, 15e-3), **GPIO},
    (Requirement("off_l", "REMOTE-L, both open, 47 kohm of leakage from L to minus", "V", HIGH,
                 None, at("v(gl)", "3.9m")),
     Requirement("off_h", "REMOTE-H, both open", "V", HIGH, None, at("v(gh)", "3.9m")),
     Requirement("link", "link (1): the lower of REMOTE-L and REMOTE-H", "V", None, LOW,
                 "find par('min(v(gl),v(gh))') at=7.9m"),
     Requirement("minus", "L to minus (2), or to a collector at 1.2 V (4): REMOTE-L", "V", None,
                 LOW, at("v(gl)", "11.9m")),
     Requirement("minus_i", "current out of L to minus", "A", 2e-4, 4e-3,
                 "find i(vsat) at=11.9m"),
     Requirement("h_plus", "H to battery plus (3): REMOTE-H", "V", None, LOW,
                 at("v(gh)", "15.9m")),
     Requirement("node", "comparator's input then", "V", None, 20, at("v(x1.hn)", "15.9m"))),
    lambda corner: (corner["v"], corner["temp"]) in ((8, COLD), (70, HOT)))

REMOTE_DEAD = Bench(
    "remote", """
v33 v33 0 pwl(0 3.3 10m 3.3 10.1m 0)
v5 v5 0 pwl(0 5 5m 5 5.1m 0)
vp vp 0 {v}
x1 l l gl gh vp v5 v33 0 remote
rl gl 0 40k
rh gh 0 40k
.tran 20u 15m
""",
    grid(v=(8, 70), temp=(COLD, HOT)), {},
    (Requirement("dead5", "5 V lost, link closed: the lower of REMOTE-L and REMOTE-H", "V", 2.3,
                 None, "find par('min(v(gl),v(gh))') at=9.9m"),
     Requirement("dead3", "all supplies lost: the higher of them", "V", None, 0.3,
                 "find par('max(v(gl),v(gh))') at=14.9m")))

OUTPUT = """
* Bank and harness, with its inductance; the supply has the suppressor.
vbank bank 0 pwl(0 0 0.1m 0 0.3m {v})
rbank bank bl 30m
lbank bl bs 1u
xs bs vin vp 0 supply c=0.01
x1 vin term gpio wd 0 output r1={r1} vth={vth} rds={rds} bf={bf}
* The line floats until 1 ms, with a pull-up of 40 kohm; then it is driven.
rpull gpio v33 40k
v33 v33 0 3.3
vdrv drv 0 pwl(0 0 1m 0 1.001m {vg} 4m {vg} 4.001m 0 5m 0 5.001m {vg} 6m {vg} 6.001m 0
+ 10m 0 10.001m {vg})
vkd kd 0 pwl(0 0 0.9m 0 0.901m 1)
.model sw sw(vt=0.5 vh=0.1 ron=50 roff=1g)
sdrv drv gpio kd 0 sw
* The watchdog opens at 11 ms.
vkw kw 0 pwl(0 1 11m 1 11.001m 0)
.model swwd sw(vt=0.5 vh=0.1 ron=5 roff=100meg)
swd wd 0 kw 0 swwd
* The load; a short from 3 to 3.5 ms; another device that pulls the terminal up at 9 ms.
vload term ld 0
bdraw ld 0 i = {load}*tanh(max(v(ld), 0)/0.3)*(time > 9m ? (time < 9.9m ? 0 : 1) : 1)
vks ks 0 pwl(0 0 3m 0 3.001m 1 3.5m 1 3.501m 0)
.model sws sw(vt=0.5 vh=0.1 ron=30m roff=1g)
sshort term 0 ks 0 sws
vku ku 0 pwl(0 0 9.1m 0 9.101m 1 9.9m 1 9.901m 0)
.model swu sw(vt=0.5 vh=0.1 ron=10k roff=10g)
sup term bank ku 0 swu
.tran 2u 15m 0 10u
"""
DRIVE = {"vth": (2.0, 4.0), "rds": (0.07, 0.2), "bf": (40, 250), "vg": (2.6, 3.465)}


def output(load, drop, overhead):
    """The requirements of an output for this current."""
    return (
        Requirement("start", "terminal at power-up, line floating, pull-up of 40 kohm", "V", None,
                    0.2, "max v(term) from=0 to=0.95m"),
        Requirement("drop", f"bank plus to terminal, {load:g} A", "V", None, drop,
                    "find par('v(bank)-v(term)') at=2.9m"),
        Requirement("t_on", "time to switch on", "s", None, 1e-3,
                    "trig at=1m targ par('v(bank)-v(term)') val=3 fall=1 td=1m"),
        Requirement("own", "the output's own current, on", "A", None, overhead,
                    "find par('-i(vbank)-i(vload)') at=2.9m"),
        Requirement("vgs", "greatest gate-source voltage", "V", None, 16,
                    "max par('v(x1.s)-v(x1.g)') from=0 to=15m"),
        Requirement("peak", "peak current into a short", "A", None, 50,
                    "max par('(v(x1.vs)-v(x1.s))/{r1}') from=2.95m to=3.6m"),
        Requirement("energy", "energy in Q1, from the short on", "J", None, 20e-3,
                    "integ par('(v(x1.s)-v(term))*(v(x1.vs)-v(x1.s))/{r1}') from=2.999m to=3.9m"),
        Requirement("latched", "terminal 0.4 ms after the short is gone", "V", None, 0.2,
                    at("v(term)", "3.9m")),
        Requirement("again", "drop after off and on again", "V", None, drop,
                    "find par('v(bank)-v(term)') at=5.9m"),
        Requirement("t_off", "time to switch off", "s", None, 3e-3,
                    "trig at=6m targ v(term) val=0.5 fall=1 td=6m"),
        Requirement("sinks", "current into the terminal, off, pulled up by another device", "A",
                    None, 20e-6, "find par('(v(bank)-v(term))/10k') at=9.8m"),
        Requirement("cut", "terminal 3.9 ms after the watchdog opens", "V", None, 0.2,
                    at("v(term)", "14.9m")))


OUTPUT_1A = Bench("output", OUTPUT, [{"v": v, "temp": temp, "r1": 0.33, "load": 1}
                                     for v in BANKS for temp in (COLD, HOT, ROOM)],
                  DRIVE, output(1, 1.6, 5e-3),
                  lambda corner: (corner["v"], corner["temp"]) in ((8, COLD), (70, HOT)))
OUTPUT_10MA = Bench("output", OUTPUT, [{"v": v, "temp": temp, "r1": 33, "load": 10e-3}
                                       for v in BANKS for temp in (COLD, HOT, ROOM)],
                    DRIVE, output(10e-3, 1.2, 5e-3),
                    lambda corner: (corner["v"], corner["temp"]) in ((8, COLD), (70, HOT)))

OUTPUT_WRONG = Bench(
    "output", """
* The bank the wrong way round; then no bank, and a terminal that another board drives.
vbank bank 0 pwl(0 0 1m -70 3m -70 4m 0)
rbank bank vin 0.1
x1 vin term gpio 0 0 output r1={r1}
vdrv gpio 0 3.3
vterm far 0 pwl(0 0 5m 0 6m 70)
rterm far term 10
.tran 10u 8m
""",
    [{"r1": r1, "temp": temp} for r1 in (0.33, 33) for temp in (COLD, HOT)], {},
    (Requirement("reverse", "current, bank of 70 V the wrong way round", "A", None, 1e-3,
                 "max i(vbank) from=0 to=3.5m"),
     Requirement("gpio", "least voltage inside, behind R6", "V", -1, None,
                 "min v(x1.base) from=0 to=8m"),
     Requirement("backfeed", "current into the board, terminal driven by another one", "A", None,
                 1e-3, "max i(vbank) from=5m to=8m")))

OUTPUT_COIL = Bench(
    "output", """
vbank vin 0 {v}
x1 vin term gpio 0 0 output vth={vth}
vdrv gpio 0 pulse(0 3.3 1m 1u 1u 60m 1)
rcoil term coil {v}
lcoil coil 0 {v*5m}
.tran 20u 100m
""",
    grid(v=(14.6, 29.2, 58.4), temp=(COLD, HOT)), {"vth": (2.0, 4.0)},
    (Requirement("kick", "least voltage of the terminal, coil of 1 A switched off", "V", -2, None,
                 "min v(term) from=50m to=100m"),
     Requirement("gone", "coil current 30 ms after switching off", "A", None, 0.05,
                 "find i(lcoil) at=91m")))

OUTPUT_OVERLOAD = Bench(
    "output", """
* A load that grows slowly; before, a capacitor is charged as the output goes on.
vbank vin 0 {v}
x1 vin term gpio 0 0 output r1={r1} vth={vth}
vdrv gpio 0 pulse(0 3.3 1m 1u 1u 1 2)
ccap term far {cap}
vkc kc 0 pwl(0 1 9m 1 9.1m 0)
.model sw sw(vt=0.5 vh=0.1 ron=1m roff=1g)
scap far 0 kc 0 sw
bdraw term 0 i = min(max(time - 10m, 0)/20m*{load}, {load})*tanh(max(v(term), 0)/0.3)
.tran 20u 32m
""",
    [{"v": v, "temp": temp, "r1": r1, "load": load, "cap": cap} for temp in (COLD, HOT)
     for v in (8, 70) for r1, load, cap in ((0.33, 3.5, 1e-6), (33, 35e-3, 10e-9))],
    {"vth": (2.0, 4.0)},
    (Requirement("cap", "terminal, on with 1 uF (1 A) or 10 nF (10 mA), of bank plus", "V",
                 None, 1, "find par('v(vin)-v(term)') at=8.9m"),
     Requirement("trip", "voltage across R1 at which the latch opens the output", "V", 0.4, 1.0,
                 "max par('v(x1.vs)-v(x1.s)') from=9.5m to=32m"),
     Requirement("open", "terminal after that", "V", None, 0.2, at("v(term)", "31.9m"))))

WATCHDOG = """
v5 v5 0 {5}
vr hb 0 <beats>
x1 hb wd v5 v33 0 watchdog c={c} r={r} vref={vref} vos={vos} ib={ib} vth={vth}
v33 v33 0 {v33}
* Three drivers.
rload v33 wd 470
.tran 5m 30 0 10m
"""
TIMER = {"c": (0.75, 1.25), "vos": (-15e-3, 15e-3), "ib": (0, 500e-9), "v33": (3.135, 3.465)}
# Ten beats, the first at 1 s; the last edge is at 10.5 s down, or at 10 s up.
DOWN = "pulse(0 {v33} 1 1m 1m 0.499 1 10)"
UP = ("pwl(" + " ".join(f"{n} 0 {n}.001 {{v33}} {n}.5 {{v33}} {n}.501 0" for n in range(1, 10)) +
      " 10 0 10.001 {v33})")


def stops(beats, last):
    corners = [{"r": r, "vref": vref, "vth": vth, "temp": temp, "beats": beats}
               for temp in (COLD, HOT, ROOM)
               for r, vref, vth in ((0.99, 1.2586, 1.7), (1.01, 1.2214, 0.6))]
    edge = {10.5: "down", 10: "up"}[last]
    return Bench(
        "watchdog", WATCHDOG, corners, TIMER,
        (Requirement("idle", "WD without a beat, from 3.3 V", "V", None, 0.1,
                     "max par('{v33}-v(wd)') from=0 to=0.99"),
         Requirement("ready", "time from the first beat until WD is closed", "s", None, 3,
                     "trig at=1 targ v(wd) val=0.3 fall=1"),
         Requirement("holds", "WD while it beats, 7 mA", "V", None, 0.3,
                     "max v(wd) from=4 to=10.4"),
         Requirement("opens", f"time from the last edge, {edge}, until WD is open", "s", 2, 10,
                     f"trig at={last} targ v(wd) val=1.5 rise=1 td=5")),
        lambda corner: (corner["temp"], corner["r"]) in ((COLD, 0.99), (HOT, 1.01)))


WATCHDOG_DOWN, WATCHDOG_UP = stops(DOWN, 10.5), stops(UP, 10)

WATCHDOG_DEAD = Bench(
    "watchdog", """
v5 v5 0 pwl(0 5 4 5 4.1 0 6 0 6.1 5)
v33 v33 0 3.3
vr hb 0 pulse(0 3.3 1 1m 1m 0.499 1 20)
x1 hb wd v5 v33 0 watchdog vth={vth}
rload v33 wd 470
.tran 5m 9 0 10m
""",
    grid(temp=(COLD, HOT), vth=(0.6, 1.7)), {},
    (Requirement("dead", "5 V lost: WD, from 3.3 V", "V", None, 0.1,
                 "max par('3.3-v(wd)') from=4.5 to=6"),
     Requirement("back", "5 V back: WD", "V", None, 0.3, at("v(wd)", "8.9"))))

SUPPLY = """
x1 bs vin vp 0 supply c={c} esr={esr} vbr={vbr}
* The board: 5 W by a converter of 83 %, which stops below 6.5 V.
bboard vp 0 i = 6/max(v(vp), 6)*(0.5 + 0.5*tanh(5*(v(vp) - 6)))
lbank bl bs 1u
rbank bank bl {ri}
"""
PARTS = {"c": (0.75, 1.2), "esr": (0.05, 0.6), "vbr": (74.0, 86.0)}

SUPPLY_STEADY = Bench(
    "supply", "vbank bank 0 pwl(0 0 1m {v} 40m {v} 41m 0 42m -70 60m -70)" + SUPPLY +
    ".tran 20u 60m\n",
    [{"v": v, "temp": temp, "ri": 0.05} for v in (8, 70) for temp in (COLD, HOT)], PARTS,
    (Requirement("lost", "bank plus to VP, 6 W", "V", None, 0.9,
                 "find par('v(bank)-v(vp)') at=39m"),
     Requirement("reverse", "current, bank of 70 V the wrong way round", "A", None, 1e-3,
                 "find i(vbank) at=59m"),
     Requirement("vp", "VP then", "V", -0.5, None, at("v(vp)", "59m"))),
    lambda corner: (corner["v"], corner["temp"]) in ((8, COLD), (70, HOT)))


# The pulses come at 0.2 ms. The generator's resistance is in the path while they last.
PULSE = """
vbank bank 0 exp({v} {v+peak} 0.2m {rise/2.2} {0.2m+rise} {width/2.3})
vkb kb 0 pwl(0 1 0.19m 1 0.191m 0 {0.2m+1.3*width} 0 {0.201m+1.3*width} 1)
.model swb sw(vt=0.5 vh=0.1 ron=0.05 roff=1g)
sbank bank bl kb 0 swb
.tran {width/20} {0.3m+2*width} 0 {width/20}
"""


def pulse(name, v, peak, ri, width, rise):
    return {"name": f"{name}: {peak:+g} V on {v:g} V", "v": v, "peak": peak, "ri": ri,
            "width": width, "rise": rise, "temp": ROOM}


PULSES = Bench(
    "supply", PULSE + SUPPLY,
    [pulse("pulse 1", 13.5, -150, 10, 2e-3, 1e-6),
     pulse("pulse 1", 27, -600, 50, 1e-3, 3e-6),
     pulse("pulse 2a", 13.5, 112, 2, 50e-6, 1e-6),
     pulse("pulse 2a", 27, 112, 2, 50e-6, 1e-6),
     pulse("pulse 2a", 58.4, 112, 2, 50e-6, 1e-6),
     pulse("pulse 3a", 27, -300, 50, 150e-9, 5e-9),
     pulse("pulse 3b", 27, 300, 50, 150e-9, 5e-9),
     pulse("pulse 3b", 58.4, 300, 50, 150e-9, 5e-9),
     pulse("load dump, limited", 14, 21, 0.5, 0.4, 5e-3),
     pulse("load dump, limited", 28, 37, 1, 0.4, 5e-3)],
    PARTS,
    (Requirement("vin", "greatest VIN in the pulses", "V", None, 125, "max v(vin)"),
     Requirement("negative", "least VIN in the pulses", "V", -125, None, "min v(vin)"),
     Requirement("vp", "greatest VP", "V", None, 95, "max v(vp)"),
     Requirement("stays", "least VP", "V", 6.5, None, "min v(vp)"),
     Requirement("heat", "energy in the suppressor", "J", None, 0.5,
                 "integ par('v(vin)*i(v.x1.vt)')")),
    lambda corner: corner["v"] < 28 and corner["peak"] in (-150, -600, 112))

BENCHES = {
    "contact": CONTACT,
    "contact without 3.3 V": CONTACT_DEAD,
    "isolated": ISOLATED,
    "remote, thresholds": THRESHOLDS,
    "remote, wirings": WIRINGS,
    "remote without supply": REMOTE_DEAD,
    "output of 1 A": OUTPUT_1A,
    "output of 10 mA": OUTPUT_10MA,
    "output, wrong wiring": OUTPUT_WRONG,
    "output, coil": OUTPUT_COIL,
    "output, overload": OUTPUT_OVERLOAD,
    "watchdog, last edge down": WATCHDOG_DOWN,
    "watchdog, last edge up": WATCHDOG_UP,
    "watchdog without 5 V": WATCHDOG_DEAD,
    "supply": SUPPLY_STEADY,
    "supply, pulses": PULSES,
}
