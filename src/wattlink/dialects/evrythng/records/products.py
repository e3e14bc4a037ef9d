"""Products: what thngs are of."""

from litestar import Response
from litestar.params import FromPath, JSONBody

from wattlink.dialects.evrythng.ids import uuid_of
from wattlink.dialects.evrythng.listing import asked
from wattlink.dialects.evrythng.records.paging import paged, wanted_of
from wattlink.dialects.evrythng.records.showing import changes_of, new_of, product_of
from wattlink.dialects.evrythng.records.wire import ProductDocument, ProductPayload
from wattlink.dialects.evrythng.wire import created
from wattlink.domain.access.ids import RecordId
from wattlink.domain.access.paging import Position
from wattlink.domain.records import store
from wattlink.domain.records.change import change
from wattlink.domain.records.create import create
from wattlink.domain.records.delete import delete
from wattlink.domain.records.listing import store as listing
from wattlink.domain.records.model import RecordKind
from wattlink.web.call import Call


async def create_product(request: Call, data: JSONBody[ProductPayload]) -> Response[ProductDocument]:
    """Keep a product; a user's is the user's own."""
    found = asked(request)
    new = new_of(RecordKind.PRODUCT, data, found.project_id)
    async with request.hub.db.transaction() as tx:
        product = await create(tx, request.access, new, now=request.hub.clock())
    shown = product_of(product, with_scopes=found.with_scopes)
    return created(request, shown, f"/products/{shown.id}")


async def list_products(request: Call) -> Response[list[ProductDocument]]:
    """Products within scope."""
    found = asked(request)
    wanted = wanted_of(RecordKind.PRODUCT, found)
    return await paged(
        request,
        found,
        lambda reader, page: listing.page(reader, request.access, wanted, page),
        lambda product: Position(product.created_at, product.record_id),
        lambda product: product_of(product, with_scopes=found.with_scopes),
    )


async def get_product(request: Call, product_id: FromPath[str]) -> ProductDocument:
    """A product."""
    async with request.hub.db.read() as reader:
        product = await store.get(reader, request.access, RecordKind.PRODUCT, product_id_of(product_id))
    return product_of(product, with_scopes=asked(request).with_scopes)


async def update_product(request: Call, product_id: FromPath[str], data: JSONBody[ProductPayload]) -> ProductDocument:
    """Change what is sent."""
    access, changes = request.access, changes_of(data)
    async with request.hub.db.transaction() as tx:
        product = await store.get(tx, access, RecordKind.PRODUCT, product_id_of(product_id), and_lock=True)
        changed = await change(tx, access, product, changes, now=request.hub.clock())
    return product_of(changed, with_scopes=asked(request).with_scopes)


async def delete_product(request: Call, product_id: FromPath[str]) -> None:
    """Delete a product; its thngs are of none then."""
    access = request.access
    async with request.hub.db.transaction() as tx:
        product = await store.get(tx, access, RecordKind.PRODUCT, product_id_of(product_id), and_lock=True)
        await delete(tx, access, product)


def product_id_of(text: str) -> RecordId:
    """A product's id; raises NotFound for what can't be one."""
    return RecordId(uuid_of("product", text))
