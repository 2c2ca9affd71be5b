"""How strongly weights are pulled to zero."""

from sklstm.training._train import weight_decay_of_epoch


def test_a_number_is_that_of_every_epoch():
    assert weight_decay_of_epoch(0.0, 0.5) == 0.0
    assert weight_decay_of_epoch(0.3, 0.5) == 0.3


def test_auto_goes_with_the_loss_up_to_one():
    assert weight_decay_of_epoch("auto", 0.5) == 5e-4
    assert weight_decay_of_epoch("auto", 1.0) == 1e-3
    assert weight_decay_of_epoch("auto", 8e13) == 1e-3  # the loss of a bad start is no noise
    assert weight_decay_of_epoch("auto", 0.0) == 0.0
