from pathlib import Path

from local_stack.services.aws import Aws


class TestAws:
    def test_keeps_to_this_machine_and_its_home(self, tmp_path: Path) -> None:
        """By default it listens on every interface and writes to folders that all stacks share."""
        env = Aws(home=tmp_path, function_settings={}).command().env

        assert env["BIND_HOST"] == "127.0.0.1"
        assert (env["IOT_MTLS_ENABLED"], env["SFTP_ENABLED"]) == ("0", "0")
        for name in ("STATE_DIR", "S3_DATA_DIR", "TMPDIR", "HOME"):
            assert Path(env[name]).is_relative_to(tmp_path)

    def test_never_reaches_real_aws(self, tmp_path: Path) -> None:
        """The functions cannot use a profile or a role of this machine."""
        env = Aws(home=tmp_path, function_settings={}).command().env

        assert env["AWS_ACCESS_KEY_ID"] == "test"
        assert env["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
        assert env["AWS_EC2_METADATA_DISABLED"] == "true"
