"""the emergency pack: printed forms, and what was keyed in off their answer sheets"""

import sqlalchemy as sa
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('printed_form',
    sa.Column('form_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['form_id'], ['form.id'], name=op.f('fk_printed_form_form_id')),
    sa.PrimaryKeyConstraint('form_id', name=op.f('pk_printed_form')),
    sa.UniqueConstraint('code', name=op.f('uq_printed_form_code'))
    )
    op.create_table('paper_entry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sitting_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('form_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('responses', sa.JSON(), nullable=False),
    sa.Column('entered_by', sa.Uuid(), nullable=False),
    sa.Column('entered_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['entered_by'], ['person.id'], name=op.f('fk_paper_entry_entered_by')),
    sa.ForeignKeyConstraint(['form_id'], ['printed_form.form_id'], name=op.f('fk_paper_entry_form_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_paper_entry_person_id')),
    sa.ForeignKeyConstraint(['sitting_id'], ['sitting.id'], name=op.f('fk_paper_entry_sitting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_entry')),
    sa.UniqueConstraint('sitting_id', 'person_id', 'form_id', 'number', name=op.f('uq_paper_entry_sitting_id_person_id_form_id_number'))
    )
    with op.batch_alter_table('paper_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_paper_entry_entered_by'), ['entered_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_paper_entry_form_id'), ['form_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_paper_entry_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_table('paper_entry')
    op.drop_table('printed_form')
