from lab.timeline import results
from scripts.results_reference import page


def test_results_reference_names_every_key_of_every_model() -> None:
    text = page()
    for model in (results.RunResult, results.CaseResult, results.Attempt, results.Diagnosis, results.HeadRoom):
        assert f"\n## {model.__name__}\n" in text
        for name in model.model_fields:
            assert f"\n| `{name}` | " in text
