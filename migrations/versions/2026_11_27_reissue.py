"""a record may be issued anew for the same score; a signing key may be known to have leaked"""

import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('signing_key', schema=None) as batch_op:
        batch_op.add_column(sa.Column('leaked_at', sa.BigInteger(), nullable=True))
    with op.batch_alter_table('completion_record', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_completion_record_score_id'), type_='unique')
        batch_op.create_index(batch_op.f('ix_completion_record_score_id'), ['score_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('completion_record', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_completion_record_score_id'))
        batch_op.create_unique_constraint(batch_op.f('uq_completion_record_score_id'), ['score_id'])
    with op.batch_alter_table('signing_key', schema=None) as batch_op:
        batch_op.drop_column('leaked_at')
