"""forms drawn before a sitting opens"""

import sqlalchemy as sa
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('prepared_form',
    sa.Column('sitting_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('form_id', sa.Uuid(), nullable=True),
    sa.Column('basis', sa.String(length=64), nullable=False),
    sa.Column('prepared_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['form_id'], ['form.id'], name=op.f('fk_prepared_form_form_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_prepared_form_person_id')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_prepared_form_sitting_id')),
    sa.PrimaryKeyConstraint('sitting_id', 'person_id', name=op.f('pk_prepared_form')),
    sa.UniqueConstraint('form_id', name=op.f('uq_prepared_form_form_id'))
    )
    with op.batch_alter_table('prepared_form', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_prepared_form_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_table('prepared_form')
