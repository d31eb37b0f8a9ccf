from models.networks.seeds import derive


def test_each_name_and_seed_has_its_own_seed() -> None:
    seeds = {derive(seed, name) for seed in range(20) for name in ("kernel", "recurrent", "forward_1")}
    assert len(seeds) == 60
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_seed_is_the_same_in_every_process() -> None:
    assert derive(1, "kernel") == 1_714_663_320
