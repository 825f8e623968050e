"""responses that people mark, and their markings"""

import sqlalchemy as sa
from alembic import op


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('script',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('stage', sa.String(length=20), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_script_attempt_id')),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], name=op.f('fk_script_item_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_script')),
    sa.UniqueConstraint('attempt_id', 'position', name=op.f('uq_script_attempt_id_position'))
    )
    op.create_index(op.f('ix_script_item_version_id'), 'script', ['item_version_id'])
    op.create_table('marking',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('script_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('marker_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('levels', sa.JSON(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('is_adjudication', sa.Boolean(), nullable=False),
    sa.Column('marked_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['marker_id'], ['person.id'], name=op.f('fk_marking_marker_id')),
    sa.ForeignKeyConstraint(['script_id'], ['script.id'], name=op.f('fk_marking_script_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_marking')),
    sa.UniqueConstraint('script_id', 'number', name=op.f('uq_marking_script_id_number'))
    )
    op.create_index(op.f('ix_marking_marker_id'), 'marking', ['marker_id'])


def downgrade() -> None:
    op.drop_table('marking')
    op.drop_table('script')
