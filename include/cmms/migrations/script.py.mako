"""${message}"""

from cmms.migrations.statements import run_file

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else 'run_file("NNNN_name")'}


def downgrade() -> None:
    ${downgrades if downgrades else 'pass'}
