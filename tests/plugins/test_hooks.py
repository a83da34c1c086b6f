"""Every hook: what it offers or hears is what a plugin gave or is told."""

import logging

import click
import pytest

from psychoscore_core.hookspecs import KINDS
from psychoscore_core.plugins import discover

LISTENER = """
heard = []

@hookimpl
def {hook}({arguments}):
    heard.append(({arguments},))
"""


def offered(install, hook):
    """Install a plugin that offers "toy" through a hook, and discover it."""
    install("psycho-toy", f"@hookimpl\ndef {hook}():\n    yield component('toy')\n")
    return discover()


def heard(install, site, hook, **facts):
    """Install a plugin that listens to a notice, send it, and return what it heard."""
    install("psycho-ear", LISTENER.format(hook=hook, arguments=", ".join(facts)))
    getattr(discover().hook, hook)(**facts)
    import psycho_ear

    return psycho_ear.heard


def test_psyco_profile_encoders(install):
    assert offered(install, "psyco_profile_encoders").component("encoder", "toy").origin == "psycho-toy 1.0"


def test_psyco_tokenizers(install):
    assert offered(install, "psyco_tokenizers").component("tokenizer", "toy").origin == "psycho-toy 1.0"


def test_psyco_datasets(install):
    assert offered(install, "psyco_datasets").component("dataset", "toy").origin == "psycho-toy 1.0"


def test_psyco_losses(install):
    assert offered(install, "psyco_losses").component("loss", "toy").origin == "psycho-toy 1.0"


def test_psyco_planners(install):
    assert offered(install, "psyco_planners").component("planner", "toy").origin == "psycho-toy 1.0"


def test_psyco_model_backends(install):
    assert offered(install, "psyco_model_backends").component("model", "toy").origin == "psycho-toy 1.0"


def test_psyco_temperature_schedulers(install):
    assert offered(install, "psyco_temperature_schedulers").component("temperature", "toy").origin == "psycho-toy 1.0"


def test_psyco_samplers(install):
    assert offered(install, "psyco_samplers").component("sampler", "toy").origin == "psycho-toy 1.0"


def test_psyco_arrangers(install):
    assert offered(install, "psyco_arrangers").component("arranger", "toy").origin == "psycho-toy 1.0"


def test_psyco_raters(install):
    assert offered(install, "psyco_raters").component("rater", "toy").origin == "psycho-toy 1.0"


def test_psyco_exporters(install):
    assert offered(install, "psyco_exporters").component("exporter", "toy").origin == "psycho-toy 1.0"


def test_psyco_presets(install):
    made = "Preset(name='n', summary='S.', config={'name': 'x'})"
    install("psycho-toy", f"@hookimpl\ndef psyco_presets():\n    yield {made}")
    preset = discover().presets()["n"]
    assert (preset.config, preset.origin) == ({"name": "x"}, "psycho-toy 1.0")


def test_psyco_shipped_models(install):
    made = "ShippedModel(name='n', package='psycho_toy', summary='S.')"
    install("psycho-toy", f"@hookimpl\ndef psyco_shipped_models():\n    yield {made}")
    model = discover().shipped_models()["n"]
    assert (model.package, model.folder, model.origin) == ("psycho_toy", "checkpoint", "psycho-toy 1.0")


def test_psyco_commands(install):
    install("psycho-toy", "import click\n@hookimpl\ndef psyco_commands():\n    yield click.Command('hum')")
    found = discover()
    assert isinstance(found.command("hum"), click.Command)
    assert "hum" in [command.name for command in found.commands()]


def test_psyco_run_planned(install, site):
    facts = {"run": "r1", "stages": ("plan", "sample")}
    assert heard(install, site, "psyco_run_planned", **facts) == [("r1", ("plan", "sample"))]


def test_psyco_stage_entered(install, site):
    assert heard(install, site, "psyco_stage_entered", run="r1", stage="plan") == [("r1", "plan")]


def test_psyco_stage_left(install, site):
    facts = {"run": "r1", "stage": "plan", "seconds": 0.5, "reused": False}
    assert heard(install, site, "psyco_stage_left", **facts) == [("r1", "plan", 0.5, False)]


def test_psyco_training_step(install, site):
    facts = {"run": "r1", "step": 7, "metrics": {"loss": 2.0}}
    assert heard(install, site, "psyco_training_step", **facts) == [("r1", 7, {"loss": 2.0})]


def test_a_listener_may_take_fewer_facts(install, site):
    install("psycho-ear", LISTENER.format(hook="psyco_stage_left", arguments="stage"))
    discover().hook.psyco_stage_left(run="r1", stage="plan", seconds=0.5, reused=False)
    import psycho_ear

    assert psycho_ear.heard == [("plan",)]


def test_a_listener_that_raises_is_named_and_the_rest_still_hear(install, caplog):
    install("psycho-deaf", "@hookimpl\ndef psyco_stage_entered(stage):\n    raise ValueError('not today')")
    install("psycho-ear", LISTENER.format(hook="psyco_stage_entered", arguments="stage"))
    with caplog.at_level(logging.WARNING):
        discover().hook.psyco_stage_entered(run="r1", stage="plan")
    import psycho_ear

    assert psycho_ear.heard == [("plan",)]
    assert "plugin psycho-deaf (psycho-deaf 1.0): psyco_stage_entered raised ValueError: not today" in caplog.text


def test_a_notice_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="there is no notice 'psyco_stage_entred'"):
        discover().hook.psyco_stage_entred(run="r1")


def test_every_kind_has_its_hook():
    assert len(set(KINDS.values())) == len(KINDS) == 11
