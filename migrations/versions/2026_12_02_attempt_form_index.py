"""attempts by their form, so that where an item is used is asked of indexes alone"""

from alembic import op


revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f('ix_attempt_form_id'), 'attempt', ['form_id'])


def downgrade() -> None:
    op.drop_index(op.f('ix_attempt_form_id'), 'attempt')
