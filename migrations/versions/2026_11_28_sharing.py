"""reach and links of records that their learners give away; opened responses for appeals"""

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('record_reach',
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('reach', sa.String(length=20), nullable=False),
    sa.Column('set_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['record_id'], ['completion_record.id'], name=op.f('fk_record_reach_record_id')),
    sa.PrimaryKeyConstraint('record_id', name=op.f('pk_record_reach'))
    )
    op.create_table('share_link',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('token', sa.String(length=64), nullable=False),
    sa.Column('reach', sa.String(length=20), nullable=False),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('revoked_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['record_id'], ['completion_record.id'], name=op.f('fk_share_link_record_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_share_link')),
    sa.UniqueConstraint('token', name=op.f('uq_share_link_token'))
    )
    op.create_index(op.f('ix_share_link_record_id'), 'share_link', ['record_id'])
    op.create_table('evidence_grant',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('granted_by', sa.Uuid(), nullable=True),
    sa.Column('granted_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_evidence_grant_person_id')),
    sa.ForeignKeyConstraint(['record_id'], ['completion_record.id'], name=op.f('fk_evidence_grant_record_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_grant'))
    )
    op.create_index(op.f('ix_evidence_grant_record_id'), 'evidence_grant', ['record_id'])
    op.create_index(op.f('ix_evidence_grant_person_id'), 'evidence_grant', ['person_id'])
    op.create_index('ix_disclosure_record', 'disclosure', ['record_id', 'id'])
    op.drop_index(op.f('ix_disclosure_record_id'), 'disclosure')


def downgrade() -> None:
    op.create_index(op.f('ix_disclosure_record_id'), 'disclosure', ['record_id'])
    op.drop_index('ix_disclosure_record', 'disclosure')
    for name in ('evidence_grant', 'share_link', 'record_reach'):
        op.drop_table(name)
