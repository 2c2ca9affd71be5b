"""One module for each peer; its class ``Peer`` has those of these methods that it can serve.

- ``versions()``: names and versions of what is measured.
- ``prepare_epochs(task)``, then ``time_epochs(n_epochs)``: seconds of one epoch in steady state.
- ``final_loss(task)``: mean squared error on the training windows after ``epochs_to_loss`` epochs.
- ``time_search(n_epochs, kind)``: seconds of the whole search; kinds stand in `peers.searching`.
- ``prepare_latency()``, then ``time_latency(n_calls)``: microseconds of one prediction.
- ``prepare_bulk(n_windows)``, then ``time_bulk()``: seconds of the prediction of all windows.

A task arrives as the dictionary of the fields of `tasks.EpochTask`.
"""
