"""regrades of item versions, what each did to which attempt, and learners' challenges of items"""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('regrade',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('ruling', sa.JSON(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('undoes_id', sa.Uuid(), nullable=True),
    sa.Column('proposed_by', sa.Uuid(), nullable=True),
    sa.Column('proposed_at', sa.BigInteger(), nullable=False),
    sa.Column('approved_by', sa.Uuid(), nullable=True),
    sa.Column('approved_at', sa.BigInteger(), nullable=True),
    sa.Column('approval_note', sa.Text(), nullable=False),
    sa.Column('lowers', sa.Boolean(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('applied_by', sa.Uuid(), nullable=True),
    sa.Column('applied_at', sa.BigInteger(), nullable=True),
    sa.Column('sequence', sa.Integer(), nullable=True),
    sa.Column('withdrawn_by', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], name=op.f('fk_regrade_item_version_id')),
    sa.ForeignKeyConstraint(['undoes_id'], ['regrade.id'], name=op.f('fk_regrade_undoes_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_regrade'))
    )
    with op.batch_alter_table('regrade', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_regrade_item_version_id'), ['item_version_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_regrade_state'), ['state'], unique=False)
        batch_op.create_index(batch_op.f('ix_regrade_undoes_id'), ['undoes_id'], unique=False)
    op.create_table('regrade_change',
    sa.Column('regrade_id', sa.Uuid(), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('before_score_id', sa.Uuid(), nullable=False),
    sa.Column('after_score_id', sa.Uuid(), nullable=True),
    sa.Column('was_released', sa.Boolean(), nullable=False),
    sa.Column('is_spared', sa.Boolean(), nullable=False),
    sa.Column('revoked_record_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['after_score_id'], ['score.id'], name=op.f('fk_regrade_change_after_score_id')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_regrade_change_attempt_id')),
    sa.ForeignKeyConstraint(['before_score_id'], ['score.id'], name=op.f('fk_regrade_change_before_score_id')),
    sa.ForeignKeyConstraint(['regrade_id'], ['regrade.id'], name=op.f('fk_regrade_change_regrade_id')),
    sa.ForeignKeyConstraint(['revoked_record_id'], ['completion_record.id'], name=op.f('fk_regrade_change_revoked_record_id')),
    sa.PrimaryKeyConstraint('regrade_id', 'attempt_id', name=op.f('pk_regrade_change'))
    )
    with op.batch_alter_table('regrade_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_regrade_change_after_score_id'), ['after_score_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_regrade_change_attempt_id'), ['attempt_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_regrade_change_before_score_id'), ['before_score_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_regrade_change_revoked_record_id'), ['revoked_record_id'], unique=False)
    op.create_table('challenge',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_by', sa.Uuid(), nullable=True),
    sa.Column('answered_at', sa.BigInteger(), nullable=True),
    sa.Column('regrade_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_challenge_attempt_id')),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], name=op.f('fk_challenge_item_version_id')),
    sa.ForeignKeyConstraint(['regrade_id'], ['regrade.id'], name=op.f('fk_challenge_regrade_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenge')),
    sa.UniqueConstraint('attempt_id', 'slot', name=op.f('uq_challenge_attempt_id_slot'))
    )
    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_challenge_item_version_id'), ['item_version_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_challenge_regrade_id'), ['regrade_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_challenge_state'), ['state'], unique=False)


def downgrade() -> None:
    op.drop_table('challenge')
    op.drop_table('regrade_change')
    op.drop_table('regrade')
