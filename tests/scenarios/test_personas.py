"""The shipped scenarios of the personas say what the personas say."""

from scripts.persona_scenarios import files


def test_scenarios_of_personas_are_up_to_date() -> None:
    made = dict(files())
    assert len(made) == 6
    for path, text in made.items():
        assert path.read_text("utf-8") == text, "run: python -m scripts.persona_scenarios"
