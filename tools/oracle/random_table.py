"""Prints the outcomes of random cases as a table, by kind."""

from collections import Counter


def print_table(heading, counts, outcomes):
    """`counts` holds a Counter of outcomes for each kind of case; a last row adds them up."""
    print(f"| {' | '.join([heading, 'cases', *(outcome.lower() for outcome in outcomes)])} |\n|---|{'---:|' * (len(outcomes) + 1)}")
    for name, row in [*sorted(counts.items()), ("all", sum(counts.values(), Counter()))]:
        print(f"| {' | '.join([name, *map(str, [row.total(), *(row[outcome] for outcome in outcomes)])])} |")
