"""where a record stands in the public status lists, from its first credential on"""

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('status_entry',
    sa.Column('list_number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['record_id'], ['completion_record.id'], name=op.f('fk_status_entry_record_id')),
    sa.PrimaryKeyConstraint('list_number', 'position', name=op.f('pk_status_entry')),
    sa.UniqueConstraint('record_id', name=op.f('uq_status_entry_record_id'))
    )


def downgrade() -> None:
    op.drop_table('status_entry')
