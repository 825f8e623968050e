"""the PDF of a record as it was issued, and the certificates such files were signed with"""

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pdf_certificate',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('certificate', sa.LargeBinary(), nullable=False),
    sa.Column('key_id', sa.String(length=80), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['key_id'], ['signing_key.key_id'], name=op.f('fk_pdf_certificate_key_id')),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_pdf_certificate'))
    )
    with op.batch_alter_table('pdf_certificate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pdf_certificate_key_id'), ['key_id'], unique=False)
    op.create_table('record_pdf',
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('certificate_sha256', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['certificate_sha256'], ['pdf_certificate.sha256'], name=op.f('fk_record_pdf_certificate_sha256')),
    sa.ForeignKeyConstraint(['record_id'], ['completion_record.id'], name=op.f('fk_record_pdf_record_id')),
    sa.PrimaryKeyConstraint('record_id', name=op.f('pk_record_pdf')),
    sa.UniqueConstraint('sha256', name=op.f('uq_record_pdf_sha256'))
    )
    with op.batch_alter_table('record_pdf', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_record_pdf_certificate_sha256'), ['certificate_sha256'], unique=False)


def downgrade() -> None:
    op.drop_table('record_pdf')
    op.drop_table('pdf_certificate')
