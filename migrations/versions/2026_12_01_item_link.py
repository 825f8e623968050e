"""pairs of items that never share a form, kept beside their versions"""

import sqlalchemy as sa
from alembic import op


revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'item_link',
        sa.Column('first_id', sa.Uuid(), nullable=False),
        sa.Column('second_id', sa.Uuid(), nullable=False),
        sa.Column('bank_row_id', sa.Uuid(), nullable=False),
        sa.Column('linked_at', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['first_id'], ['item.id'], name=op.f('fk_item_link_first_id')),
        sa.ForeignKeyConstraint(['second_id'], ['item.id'], name=op.f('fk_item_link_second_id')),
        sa.ForeignKeyConstraint(['bank_row_id'], ['item_bank.id'], name=op.f('fk_item_link_bank_row_id')),
        sa.PrimaryKeyConstraint('first_id', 'second_id', name=op.f('pk_item_link')),
    )
    op.create_index(op.f('ix_item_link_second_id'), 'item_link', ['second_id'])
    op.create_index(op.f('ix_item_link_bank_row_id'), 'item_link', ['bank_row_id'])


def downgrade() -> None:
    op.drop_table('item_link')
