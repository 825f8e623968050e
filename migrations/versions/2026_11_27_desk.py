"""words people are found by, orders of the record list, saved views, exports in the background"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

WORD = sa.String(80).with_variant(sa.String(80, collation='C'), 'postgresql')


def upgrade() -> None:
    op.create_table("person_word",
    sa.Column('word', WORD, nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_word_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('word', 'person_id', name=op.f('pk_person_word'))
    )
    op.create_index(op.f('ix_person_word_person_id'), 'person_word', ['person_id'])
    _remember_words()
    op.create_table('saved_view',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('query', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_saved_view_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_view')),
    sa.UniqueConstraint('person_id', 'name', name=op.f('uq_saved_view_person_id_name'))
    )
    op.create_table('record_export',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('form', sa.String(length=20), nullable=False),
    sa.Column('wish', sa.JSON(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('done_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_record_export_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_record_export'))
    )
    op.create_index(op.f('ix_record_export_person_id'), 'record_export', ['person_id'])
    op.create_index(op.f('ix_record_export_created_at'), 'record_export', ['created_at'])
    op.create_table('record_export_part',
    sa.Column('export_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['export_id'], ['record_export.id'], name=op.f('fk_record_export_part_export_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('export_id', 'number', name=op.f('pk_record_export_part'))
    )
    op.drop_index(op.f('ix_completion_record_status'), 'completion_record')
    op.drop_index(op.f('ix_completion_record_issued_at'), 'completion_record')
    op.create_index('ix_record_issued', 'completion_record', ['issued_at', 'id'])
    op.create_index('ix_record_expiry', 'completion_record', ['status', 'expires_on', 'id'])
    op.create_index('ix_record_learner', 'completion_record', ['learner_name', 'id'])
    op.create_index('ix_record_serial', 'completion_record', ['serial'], postgresql_ops={'serial': 'varchar_pattern_ops'})


def _remember_words() -> None:
    connection = op.get_bind()
    people = connection.execute(sa.text('SELECT id, name, email FROM person')).all()
    rows = [
        {'word': word, 'person_id': person_id}
        for person_id, name, email in people
        for word in sorted({*_words(name), *_words(email.partition('@')[0]), email[:80]} - {''})
    ]
    insert = sa.text('INSERT INTO person_word (word, person_id) VALUES (:word, :person_id)')
    if rows:
        connection.execute(insert, rows)


def _words(text: str) -> list[str]:
    plain = ''.join(c for c in unicodedata.normalize('NFKD', text) if not unicodedata.combining(c))
    return [word[:80] for word in re.findall(r'[^\W_]+', plain.casefold())]


def downgrade() -> None:
    for name in ('ix_record_serial', 'ix_record_learner', 'ix_record_expiry', 'ix_record_issued'):
        op.drop_index(name, 'completion_record')
    op.create_index(op.f('ix_completion_record_issued_at'), 'completion_record', ['issued_at'])
    op.create_index(op.f('ix_completion_record_status'), 'completion_record', ['status'])
    for name in ('record_export_part', 'record_export', 'saved_view', 'person_word'):
        op.drop_table(name)
