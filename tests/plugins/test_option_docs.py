"""A component's options are read from its config class."""

from attrs import NOTHING, Factory, field, frozen

from psychoscore_core.option_docs import documented, options_of


@frozen(kw_only=True)
class Config:
    """Everything at once.

    one: the first thing; 0 to 1. It goes on
    over the line, and mentions two.
    two: the second. three, four: both of them.

    Something else.
    """

    one: float = 0.5
    two: str = "x"
    three: tuple[int, ...] = ()
    four: list = field(factory=list)
    silent: int = 1


def test_the_text_after_a_name_is_its_doc():
    assert documented(Config)["one"] == "the first thing; 0 to 1. It goes on over the line, and mentions two."


def test_two_fields_may_share_a_line():
    assert documented(Config)["two"] == "the second."


def test_two_fields_may_share_a_text():
    docs = documented(Config)
    assert (docs["three"], docs["four"]) == ("both of them.", "both of them.")


def test_a_field_that_is_not_named_has_no_doc():
    assert options_of(Config)[-1].doc == ""


def test_options_have_type_and_default_in_the_order_of_fields():
    options = [(o.name, o.type, o.default) for o in options_of(Config)]
    assert options[:2] == [("one", "float", 0.5), ("two", "str", "x")]
    assert options[3][2] == []


def test_a_default_that_depends_on_other_fields_is_unknown():
    @frozen
    class Depending:
        """Depends."""

        a: int = 1
        b: int = field(default=Factory(lambda self: self.a, takes_self=True))

    assert options_of(Depending)[1].default is NOTHING


def test_a_class_without_fields_has_no_options():
    @frozen
    class Nothing:
        """Nothing."""

    assert (options_of(Nothing), documented(Nothing)) == ((), {})
