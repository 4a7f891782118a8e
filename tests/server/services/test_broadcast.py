"""The service that tells everybody."""


async def test_message_reaches_everybody_who_is_there(serve, client) -> None:
    url = await serve("broadcast")
    async with client.ws_connect(url + "/0/a/websocket") as one:
        async with client.ws_connect(url + "/0/b/websocket") as two:
            assert [await one.receive_str(), await two.receive_str()] == ["o", "o"]
            await one.send_str('["to all"]')
            assert [await one.receive_str(), await two.receive_str()] == ['a["to all"]', 'a["to all"]']
        await one.send_str('["alone"]')
        assert await one.receive_str() == 'a["alone"]'
