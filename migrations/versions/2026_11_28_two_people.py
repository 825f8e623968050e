"""what takes two people: revocations that wait for a second word"""

import sqlalchemy as sa
from alembic import op


revision = '0016'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('revocation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('category', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('proposed_by', sa.Uuid(), nullable=True),
    sa.Column('proposed_at', sa.BigInteger(), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['record_id'], ['completion_record.id'], name=op.f('fk_revocation_record_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revocation'))
    )
    op.create_index(op.f('ix_revocation_record_id'), 'revocation', ['record_id'])
    op.create_index(op.f('ix_revocation_state'), 'revocation', ['state'])


def downgrade() -> None:
    op.drop_table('revocation')
