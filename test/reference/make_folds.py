"""Writes folds.json: what scikit-learn and NumPy draw from given seeds.

Run with the two libraries installed: python3 make_folds.py
"""

import hashlib
import json
from pathlib import Path

import numpy
import sklearn
from sklearn.model_selection import KFold, train_test_split

SEEDS = (0, 1, 42, 2**32 - 1)
# Around the 624 words that are generated at once.
DRAWN = (0, 1, 2, 622, 623, 624, 625, 1247, 1248)


def words(seed):
    drawn = numpy.random.RandomState(seed)._bit_generator.random_raw(DRAWN[-1] + 1)
    return {"seed": seed, "words": [int(drawn[n]) for n in DRAWN]}


def shuffled(length, seed):
    order = numpy.random.RandomState(seed).permutation(length)
    return {"length": length, "seed": seed, "order": order.tolist()}


def k_fold(length, folds, seed):
    splits = list(KFold(folds, shuffle=True, random_state=seed).split(range(length)))
    for train, test in splits:
        assert train.tolist() == sorted(set(range(length)) - set(test.tolist()))
    tests = [test.tolist() for _, test in splits]
    return {"length": length, "folds": folds, "seed": seed, "tests": tests}


def train_test(length, fraction, seed):
    train, test = train_test_split(range(length), test_size=fraction, random_state=seed)
    return {"length": length, "testFraction": fraction, "seed": seed, "train": train, "test": test}


def run(length, seed):
    """The three parts of every fold, as positions in the file list."""
    folds = []
    for train, test in KFold(4, shuffle=True, random_state=seed).split(range(length)):
        train, validation = train_test_split(train, test_size=0.15, random_state=seed + 1)
        folds.append({"train": train.tolist(), "validation": validation.tolist(), "test": test.tolist()})
    return {"length": length, "seed": seed, "folds": folds}


def sweep(lengths, seeds):
    """One digest a length, of the runs of all seeds: too many to write down."""
    digests = []
    for length in lengths:
        runs = [run(length, seed)["folds"] for seed in seeds]
        text = json.dumps(runs, separators=(",", ":"))
        digests.append(hashlib.sha256(text.encode()).hexdigest())
    return {"lengths": lengths, "seeds": seeds, "sha256": digests}


def main():
    vectors = {
        "madeWith": {"numpy": numpy.__version__, "sklearn": sklearn.__version__},
        "drawn": DRAWN,
        "generators": [words(seed) for seed in (*SEEDS, 19650218, 2**31)],
        "permutations": [shuffled(length, seed) for length in (0, 1, 2, 3, 17, 1121) for seed in (0, 42)],
        "kFolds": [
            k_fold(length, folds, seed)
            for length, folds in ((4, 4), (5, 4), (42, 4), (59, 4), (100, 4), (59, 2), (10, 10), (100, 7))
            for seed in SEEDS
        ],
        "trainTestSplits": [
            train_test(length, fraction, seed)
            for length, fraction in ((2, 0.5), (5, 0.15), (20, 0.15), (44, 0.15), (59, 0.25), (100, 0.9))
            for seed in SEEDS
        ],
        "runs": [run(length, seed) for length in (42, 59) for seed in (0, 1, 42, 2**32 - 2)],
        "sweep": sweep(
            [*range(4, 101), 150, 1000],
            [*range(50), *numpy.random.RandomState(7).randint(0, 2**32 - 1, 50, dtype="int64").tolist()],
        ),
    }
    path = Path(__file__).with_name("folds.json")
    path.write_text(json.dumps(vectors, separators=(",", ":")) + "\n")


main()
