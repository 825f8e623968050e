"""views of other lists than the records: the items of a bank"""

import sqlalchemy as sa
from alembic import op


revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('saved_view', schema=None) as batch_op:
        batch_op.add_column(sa.Column('place', sa.String(length=80), server_default='records', nullable=False))
        batch_op.drop_constraint(batch_op.f('uq_saved_view_person_id_name'), type_='unique')
        batch_op.create_unique_constraint(
            batch_op.f('uq_saved_view_person_id_place_name'), ['person_id', 'place', 'name'])


def downgrade() -> None:
    # Names of other lists may be those of views of the records, and mean nothing without their place.
    op.execute("DELETE FROM saved_view WHERE place <> 'records'")
    with op.batch_alter_table('saved_view', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_saved_view_person_id_place_name'), type_='unique')
        batch_op.drop_column('place')
        batch_op.create_unique_constraint(batch_op.f('uq_saved_view_person_id_name'), ['person_id', 'name'])
