"""Files that content systems, shops, ad accounts and help desks take: pages, documents, imports, calendars.

Every exporter here says of one piece why its platform cannot take it, so that the others get their file without it.
What platforms call their columns and how long a text may be stands in `platforms.yaml`, with its sources.
"""

from __future__ import annotations

from collections.abc import Sequence

from aigc import Extension, hookimpl
from aigc_plugins.publishing.ads_editor_assets import ads_editor_assets
from aigc_plugins.publishing.html_pages import html_pages
from aigc_plugins.publishing.merchant_center import merchant_feed
from aigc_plugins.publishing.meta_ads import meta_ads
from aigc_plugins.publishing.meta_csv import meta_table
from aigc_plugins.publishing.microsoft_ads import microsoft_ads
from aigc_plugins.publishing.post_calendar import post_calendar
from aigc_plugins.publishing.schedule import post_schedule
from aigc_plugins.publishing.shopify_csv import shopify_products
from aigc_plugins.publishing.word_document import word_documents
from aigc_plugins.publishing.wordpress import wordpress_posts
from aigc_plugins.publishing.zendesk import zendesk_macros


@hookimpl
def aigc_exporters() -> Sequence[Extension]:
    return (
        ads_editor_assets,
        html_pages,
        merchant_feed,
        meta_ads,
        meta_table,
        microsoft_ads,
        post_calendar,
        post_schedule,
        shopify_products,
        word_documents,
        wordpress_posts,
        zendesk_macros,
    )
