"""How strongly weights are pulled to zero."""

from sklstm.losses import make_loss
from sklstm.training._train import weight_decay_of_epoch


def test_a_number_is_that_of_every_epoch():
    assert weight_decay_of_epoch(0.0, 0.5) == 0.0
    assert weight_decay_of_epoch(0.3, 0.5) == 0.3


def test_auto_goes_with_the_loss_up_to_one():
    uncertainty = make_loss("squared_error").uncertainty
    assert weight_decay_of_epoch("auto", uncertainty(0.5)) == 5e-4
    assert weight_decay_of_epoch("auto", uncertainty(1.0)) == 1e-3
    assert weight_decay_of_epoch("auto", uncertainty(8e13)) == 1e-3  # of a bad start is no noise
    assert weight_decay_of_epoch("auto", uncertainty(0.0)) == 0.0


def test_auto_is_constant_for_likelihoods_which_may_be_negative():
    uncertainty = make_loss("normal").uncertainty
    assert weight_decay_of_epoch("auto", uncertainty(-3.0)) == 5e-4
    assert weight_decay_of_epoch("auto", uncertainty(1e4)) == 5e-4
