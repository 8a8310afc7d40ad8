# SPDX-License-Identifier: GPL-2.0
"""The nodes that the binding is tried with: what is in the guard's of board.dtsi."""


def lines(kind, first, count, active="LOW"):
    """The property of several lines in a row."""
    return (f"{kind}-gpios = "
            + ", ".join(f"<&gpio {n} GPIO_ACTIVE_{active}>" for n in range(first, first + count))
            + ";\n")


# name: properties that raise no message.
GOOD = {
    # As many chains as there may be.
    "eight-chains": (lines("allow-charge", 0, 8)
                     + lines("allow-discharge", 8, 8)
                     + lines("low-cell", 16, 8)),
    # Every property of the binding.
    "everything": """
        label = "house-bank";
        monitored-battery = <&bank>;
        low-cell-gpios = <&gpio 16 GPIO_ACTIVE_LOW>;
        remote-l-gpios = <&gpio 24 GPIO_ACTIVE_LOW>;
        remote-h-gpios = <&gpio 25 GPIO_ACTIVE_HIGH>;
        pre-alarm-gpios = <&gpio 34 (GPIO_ACTIVE_HIGH | GPIO_OPEN_SOURCE)>;
        heartbeat-gpios = <&gpio 35 GPIO_ACTIVE_HIGH>;
        pre-alarm-delay-ms = <30000>;
        restore-delay-ms = <0>;
        load-reconnect-delay-ms = <0>;
        debounce-delay-ms = <0>;
        poll-interval-ms = <20>;
        load-lockout-count = <0>;
        load-lockout-window-ms = <3600000>;
        pre-alarm-intermittent;
        charge-inhibit-on-pre-alarm;
        system-scope;
        wakeup-source;
    """,
    # Every number at the upper end of its range.
    "greatest-values": """
        pre-alarm-delay-ms = <600000>;
        restore-delay-ms = <60000>;
        load-reconnect-delay-ms = <7200000>;
        debounce-delay-ms = <1000>;
        poll-interval-ms = <1000>;
        load-lockout-count = <16>;
        load-lockout-window-ms = <86400000>;
    """,
    # A name of 31 characters, with all that is allowed.
    "label-longest": 'label = "0-Bank._xxxxxxxxxxxxxxxxxxxxxxx";',
    # Every number at the lower end of its range.
    "least-values": """
        pre-alarm-delay-ms = <30000>;
        restore-delay-ms = <0>;
        load-reconnect-delay-ms = <0>;
        debounce-delay-ms = <0>;
        poll-interval-ms = <20>;
        load-lockout-count = <0>;
        load-lockout-window-ms = <60000>;
    """,
    # The required properties and nothing else.
    "least": "",
    # The number of low-cell lines is free: older batteries have none.
    "low-cell-fewer": (lines("allow-charge", 0, 3) + lines("allow-discharge", 8, 3)
                       + lines("low-cell", 16, 1)),
    # One contact for both permissions.
    "one-contact": "allow-charge-gpios = <&gpio 8 GPIO_ACTIVE_LOW>; "
                   "allow-discharge-gpios = <&gpio 8 GPIO_ACTIVE_LOW>;",
    # One remote terminal is enough.
    "remote-l-only": "remote-l-gpios = <&gpio 24 GPIO_ACTIVE_LOW>;",
    # Two battery chains, no low-cell line.
    "two-chains": lines("allow-charge", 0, 2) + lines("allow-discharge", 8, 2),
    # A board that protects two banks.
    "two-guards": """
        };
        &{/} {
            second: battery-protection-1 {
                compatible = "gpio-battery-guard";
                label = "bow-bank";
                allow-charge-gpios = <&gpio 4 GPIO_ACTIVE_LOW>;
                allow-discharge-gpios = <&gpio 12 GPIO_ACTIVE_LOW>;
                load-gpios = <&gpio 36 GPIO_ACTIVE_HIGH>;
                charger-gpios = <&gpio 37 GPIO_ACTIVE_HIGH>;
            };
    """,
}

# What dt-schema says of a label, and of chains that do not match.
LABEL = "does not match '^[A-Z"
UNEQUAL = "'oneOf' conditional failed, one must be fixed"

# (name, properties, the messages that they raise and no other)
BAD = (
    ("battery-without-phandle", "monitored-battery;",
     "monitored-battery: True is not of type 'array'"),
    ("child-node", "chain { };", "'chain' was unexpected"),
    ("count-as-text", 'load-lockout-count = "3";',
     "load-lockout-count: size (2) error for type uint32",
     "battery-protection: load-lockout-count:"),
    ("debounce-delay-ms-high", "debounce-delay-ms = <1001>;",
     "debounce-delay-ms:0:0: 1001 is greater than the maximum of 1000"),
    ("discharge-floor", "discharge-floor-percent = <10>;",
     "'discharge-floor-percent' was unexpected"),
    ("flag-with-value",
     "pre-alarm-gpios = <&gpio 34 GPIO_ACTIVE_HIGH>; pre-alarm-intermittent = <1>;",
     "pre-alarm-intermittent: boolean property with value",
     "battery-protection: pre-alarm-intermittent:"),
    ("inhibit-with-value", "charge-inhibit-on-pre-alarm = <1>;",
     "charge-inhibit-on-pre-alarm: boolean property with value",
     "battery-protection: charge-inhibit-on-pre-alarm:"),
    ("intermittent-without-pre-alarm", "pre-alarm-intermittent;",
     "'pre-alarm-gpios' is a dependency of 'pre-alarm-intermittent'"),
    ("label-blank", 'label = "house bank";', LABEL),
    ("label-control", 'label = "house\\abank";', LABEL),
    ("label-bracket", 'label = "[bank]";', LABEL),
    ("label-dot", 'label = ".bank";', LABEL),
    ("label-equals", 'label = "house=bank";', LABEL),
    ("label-empty", 'label = "";', LABEL),
    ("label-hyphen", 'label = "-bank";', LABEL),
    ("label-long", 'label = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";', LABEL),
    ("label-number", "label = <5>;", ":label: property is not a string"),
    ("label-slash", 'label = "house/bank";', LABEL),
    ("load-lockout-count-high", "load-lockout-count = <17>;",
     "load-lockout-count:0:0: 17 is greater than the maximum of 16"),
    ("load-lockout-window-ms-high",
     "load-lockout-count = <3>; load-lockout-window-ms = <86400001>;",
     "load-lockout-window-ms:0:0: 86400001 is greater than the maximum of 86400000"),
    ("load-lockout-window-ms-low", "load-lockout-count = <3>; load-lockout-window-ms = <59999>;",
     "load-lockout-window-ms:0:0: 59999 is less than the minimum of 60000"),
    ("load-reconnect-delay-ms-high", "load-reconnect-delay-ms = <7200001>;",
     "load-reconnect-delay-ms:0:0: 7200001 is greater than the maximum of 7200000"),
    ("misspelt-low-cell", "lowcell-gpios = <&gpio 16 GPIO_ACTIVE_LOW>;",
     "'lowcell-gpios' was unexpected"),
    ("negative-delay", "restore-delay-ms = <(-1)>;",
     "restore-delay-ms:0:0: 4294967295 is greater than the maximum of 60000"),
    ("nine-chains", lines("allow-charge", 0, 9) + lines("allow-discharge", 9, 9),
     "allow-charge-gpios: [[", "allow-discharge-gpios: [[", UNEQUAL),
    ("nine-low-cells", lines("low-cell", 16, 9), "low-cell-gpios: [["),
    ("no-allow-charge", "/delete-property/ allow-charge-gpios;",
     "'allow-charge-gpios' is a required property"),
    ("no-allow-discharge", "/delete-property/ allow-discharge-gpios;",
     "'allow-discharge-gpios' is a required property"),
    ("no-charger", "/delete-property/ charger-gpios;", "'charger-gpios' is a required property"),
    ("no-load", "/delete-property/ load-gpios;", "'load-gpios' is a required property"),
    ("number-as-text", 'pre-alarm-delay-ms = "30000";',
     "pre-alarm-delay-ms: size (6) error for type uint32-matrix",
     "battery-protection: pre-alarm-delay-ms:"),
    ("number-of-8-bits", "debounce-delay-ms = /bits/ 8 <5>;",
     "debounce-delay-ms: size (1) error for type uint32-matrix"),
    ("poll-interval-ms-high", "poll-interval-ms = <1001>;",
     "poll-interval-ms:0:0: 1001 is greater than the maximum of 1000"),
    ("poll-interval-ms-low", "poll-interval-ms = <19>;",
     "poll-interval-ms:0:0: 19 is less than the minimum of 20"),
    ("polarity-property", "load-active-low;", "'load-active-low' was unexpected"),
    ("pre-alarm-delay-ms-high", "pre-alarm-delay-ms = <600001>;",
     "pre-alarm-delay-ms:0:0: 600001 is greater than the maximum of 600000"),
    ("pre-alarm-delay-ms-low", "pre-alarm-delay-ms = <29999>;",
     "pre-alarm-delay-ms:0:0: 29999 is less than the minimum of 30000"),
    ("restore-delay-ms-high", "restore-delay-ms = <60001>;",
     "restore-delay-ms:0:0: 60001 is greater than the maximum of 60000"),
    ("scope-with-value", 'system-scope = "system";',
     "system-scope: boolean property with value", "battery-protection: system-scope:"),
    ("single-gpio-name", "low-cell-gpio = <&gpio 16 GPIO_ACTIVE_LOW>;",
     "'low-cell-gpio' was unexpected"),
    ("two-chargers", lines("charger", 33, 2, "HIGH"), "charger-gpios: [["),
    ("two-heartbeats", lines("heartbeat", 35, 2, "HIGH"), "heartbeat-gpios: [["),
    ("two-labels", 'label = "house-bank", "second";', ":label: property is not a string"),
    ("two-loads", lines("load", 32, 2, "HIGH"), "load-gpios: [["),
    ("two-numbers", "restore-delay-ms = <1000 2000>;",
     "restore-delay-ms: [[1000], [2000]] is too long"),
    ("two-pre-alarms", lines("pre-alarm", 34, 2, "HIGH"), "pre-alarm-gpios: [["),
    ("two-remote-h", lines("remote-h", 24, 2, "HIGH"), "remote-h-gpios: [["),
    ("two-remote-l", lines("remote-l", 24, 2), "remote-l-gpios: [["),
    ("unequal-chains", lines("allow-charge", 0, 2), UNEQUAL),
    ("unequal-discharge-chains", lines("allow-discharge", 8, 2), UNEQUAL),
    ("unknown-property", "load-gpio-delay-ms = <5>;", "'load-gpio-delay-ms' was unexpected"),
    ("window-without-count", "load-lockout-window-ms = <60000>;",
     "'load-lockout-count' is a dependency of 'load-lockout-window-ms'"),
)
