"""What was measured, beside what is to be reached."""

from dataclasses import dataclass, field

from tests.benchmarks.load import Measured


@dataclass
class Times:
    """The best of some rounds, beside which everything else is the machine's other work."""

    rate: float = 0.0
    p50: float = float("inf")

    def add(self, heavy: Measured, light: Measured) -> None:
        self.rate, self.p50 = max(self.rate, heavy.rate), min(self.p50, light.p50)


@dataclass
class Goals:
    """What is to be reached, with what was found."""

    _found: list[tuple[str, float, str, float]] = field(default_factory=list)

    def add(self, what: str, found: float, sign: str, wanted: float) -> None:
        """`found` is to be at least (≥) or at most (≤) what is wanted."""
        self._found.append((what, found, sign, wanted))

    def print(self) -> None:
        print(f"\n{'goal':60} {'measured':>9} {'wanted':>9}")
        for what, found, sign, wanted in self._found:
            met = found >= wanted if sign == "≥" else found <= wanted
            print(f"{what:60} {found:9.2f} {sign} {wanted:7.2f}  {'met' if met else 'NOT MET'}")
