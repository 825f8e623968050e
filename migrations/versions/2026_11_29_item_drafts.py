"""drafts of items, their revisions, and what was said about them"""

import sqlalchemy as sa
from alembic import op


revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('item_draft',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('bank_row_id', sa.Uuid(), nullable=False),
    sa.Column('item_row_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('form', sa.JSON(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('saves', sa.Integer(), nullable=False),
    sa.Column('base_number', sa.Integer(), nullable=True),
    sa.Column('writers', sa.JSON(), nullable=False),
    sa.Column('started_by', sa.Uuid(), nullable=False),
    sa.Column('started_at', sa.BigInteger(), nullable=False),
    sa.Column('changed_by', sa.Uuid(), nullable=False),
    sa.Column('changed_at', sa.BigInteger(), nullable=False),
    sa.Column('submitted_at', sa.BigInteger(), nullable=True),
    sa.Column('reviewer_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['bank_row_id'], ['item_bank.id'], name=op.f('fk_item_draft_bank_row_id')),
    sa.ForeignKeyConstraint(['item_row_id'], ['item.id'], name=op.f('fk_item_draft_item_row_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_draft'))
    )
    op.create_index(op.f('ix_item_draft_bank_row_id'), 'item_draft', ['bank_row_id'])
    op.create_index(op.f('ix_item_draft_item_row_id'), 'item_draft', ['item_row_id'])
    op.create_index(op.f('ix_item_draft_reviewer_id'), 'item_draft', ['reviewer_id'])
    op.create_index('ix_item_draft_state', 'item_draft', ['state', 'changed_at'])
    op.create_table('item_draft_revision',
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('form', sa.JSON(), nullable=False),
    sa.Column('is_aside', sa.Boolean(), nullable=False),
    sa.Column('saved_by', sa.Uuid(), nullable=False),
    sa.Column('saved_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['item_draft.id'], name=op.f('fk_item_draft_revision_draft_id')),
    sa.PrimaryKeyConstraint('draft_id', 'number', name=op.f('pk_item_draft_revision'))
    )
    op.create_table('item_comment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('draft_id', sa.Uuid(), nullable=False),
    sa.Column('verb', sa.String(length=20), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('written_by', sa.Uuid(), nullable=False),
    sa.Column('written_at', sa.BigInteger(), nullable=False),
    sa.Column('resolved_by', sa.Uuid(), nullable=True),
    sa.Column('resolved_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['draft_id'], ['item_draft.id'], name=op.f('fk_item_comment_draft_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_item_comment'))
    )
    op.create_index(op.f('ix_item_comment_draft_id'), 'item_comment', ['draft_id'])


def downgrade() -> None:
    op.drop_table('item_comment')
    op.drop_table('item_draft_revision')
    op.drop_table('item_draft')
