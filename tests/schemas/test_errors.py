import pickle

from schemas.errors import ConfigError, RejectRecord, RunFailed
from schemas.reasons import Reason, Stage


def test_errors_cross_a_process_border():
    config = pickle.loads(pickle.dumps(ConfigError("policy", "x", "no such preset")))
    assert (config.key, config.value, config.remedy) == ("policy", "x", "no such preset")
    reject = pickle.loads(pickle.dumps(RejectRecord(Stage.READ, Reason.JSON_INVALID)))
    assert (reject.stage, reject.reason) == (Stage.READ, Reason.JSON_INVALID)
    assert str(pickle.loads(pickle.dumps(RunFailed("why")))) == "why"
