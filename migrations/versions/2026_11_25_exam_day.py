"""exam day: sections, pauses, check-in, presence, announcements

Columns that old rows need have server defaults. The check-in columns of sitting_person move to a
table of their own; no release has carried them.
"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('announcement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sitting_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_announcement_sitting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_announcement'))
    )
    with op.batch_alter_table('announcement', schema=None) as batch_op:
        batch_op.create_index('ix_announcement_sitting', ['sitting_id', 'at'], unique=False)

    op.create_table('check_in',
    sa.Column('sitting_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('arrived_at', sa.BigInteger(), nullable=True),
    sa.Column('identity_method', sa.String(length=40), nullable=False),
    sa.Column('checked_by', sa.Uuid(), nullable=True),
    sa.Column('rules_accepted_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_check_in_person_id')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_check_in_sitting_id')),
    sa.PrimaryKeyConstraint('sitting_id', 'person_id', name=op.f('pk_check_in'))
    )
    with op.batch_alter_table('check_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_check_in_person_id'), ['person_id'], unique=False)

    op.create_table('attempt_section',
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('section', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('limit_seconds', sa.Integer(), nullable=True),
    sa.Column('is_one_way', sa.Boolean(), nullable=False),
    sa.Column('entered_at', sa.BigInteger(), nullable=True),
    sa.Column('deadline_at', sa.BigInteger(), nullable=True),
    sa.Column('left_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_attempt_section_attempt_id')),
    sa.PrimaryKeyConstraint('attempt_id', 'section', name=op.f('pk_attempt_section'))
    )
    op.create_table('presence',
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('seen_at', sa.BigInteger(), nullable=False),
    sa.Column('writer', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=True),
    sa.Column('unsaved', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_presence_attempt_id')),
    sa.PrimaryKeyConstraint('attempt_id', name=op.f('pk_presence'))
    )
    op.create_table('problem_report',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('item_version_id', sa.Uuid(), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('text', sa.String(length=2000), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_problem_report_attempt_id')),
    sa.ForeignKeyConstraint(['item_version_id'], ['item_version.id'], name=op.f('fk_problem_report_item_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_problem_report'))
    )
    with op.batch_alter_table('problem_report', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_problem_report_attempt_id'), ['attempt_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_problem_report_item_version_id'), ['item_version_id'], unique=False)

    op.create_table('silence',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('from_at', sa.BigInteger(), nullable=False),
    sa.Column('to_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_silence_attempt_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_silence'))
    )
    with op.batch_alter_table('silence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_silence_attempt_id'), ['attempt_id'], unique=False)

    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.add_column(sa.Column('delivered_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('paused_at', sa.BigInteger(), nullable=True))

    with op.batch_alter_table('sitting', schema=None) as batch_op:
        batch_op.add_column(sa.Column('needs_check_in', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('rules', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('networks', sa.JSON(), server_default='[]', nullable=False))
        batch_op.add_column(sa.Column('late_rule', sa.String(length=200), server_default='', nullable=False))

    with op.batch_alter_table('sitting_person', schema=None) as batch_op:
        batch_op.drop_column('checked_by')
        batch_op.drop_column('arrived_at')
        batch_op.drop_column('identity_method')



def downgrade() -> None:
    with op.batch_alter_table('sitting_person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('identity_method', sa.String(length=40), server_default='', nullable=False))
        batch_op.add_column(sa.Column('arrived_at', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('checked_by', sa.Uuid(), nullable=True))

    with op.batch_alter_table('sitting', schema=None) as batch_op:
        batch_op.drop_column('late_rule')
        batch_op.drop_column('networks')
        batch_op.drop_column('rules')
        batch_op.drop_column('needs_check_in')

    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.drop_column('paused_at')
        batch_op.drop_column('delivered_at')

    with op.batch_alter_table('silence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_silence_attempt_id'))

    op.drop_table('silence')
    with op.batch_alter_table('problem_report', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_problem_report_item_version_id'))
        batch_op.drop_index(batch_op.f('ix_problem_report_attempt_id'))

    op.drop_table('problem_report')
    op.drop_table('presence')
    op.drop_table('attempt_section')
    with op.batch_alter_table('check_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_check_in_person_id'))

    op.drop_table('check_in')
    with op.batch_alter_table('announcement', schema=None) as batch_op:
        batch_op.drop_index('ix_announcement_sitting')

    op.drop_table('announcement')
