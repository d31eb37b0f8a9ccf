"""The words that fill the slots of the grammar; "_" stands for a space within one."""


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Cities of the training sentences.
CITIES = _listed(
    "Amsterdam Athens Atlanta Bangkok Barcelona Berlin Boston Brisbane Brussels Budapest Cairo "
    "Calgary Chicago Copenhagen Dallas Delhi Denver Detroit Dublin Edinburgh Frankfurt Geneva "
    "Hamburg Hanoi Helsinki Houston Istanbul Jakarta Kyoto Lagos Lima Lisbon London Lyon Madrid "
    "Manila Melbourne Miami Milan Montreal Moscow Mumbai Munich Nairobi Naples Oslo Paris Perth "
    "Porto Prague Rome Santiago Seattle Seoul Stockholm Sydney Tokyo Toronto Vienna Warsaw Zurich "
    "New_York Los_Angeles San_Diego Hong_Kong Cape_Town Buenos_Aires Abu_Dhabi Kuala_Lumpur"
)
CHINESE_CITIES = _listed(
    "广州 深圳 成都 重庆 武汉 西安 杭州 南京 天津 苏州 长沙 郑州 沈阳 青岛 济南 大连 厦门 福州 昆明 "
    "哈尔滨 长春 合肥 南昌 贵阳 太原 石家庄 兰州 银川 海口 拉萨 呼和浩特 乌鲁木齐 宁波 无锡 温州 "
    "珠海 桂林 洛阳 扬州 绍兴 高雄 台中 东京 首尔 曼谷 巴黎 伦敦 纽约 柏林 罗马"
)

# Cities that only dev has.
DEV_CITIES = _listed("Adelaide Bilbao Cologne Dakar Florence Glasgow Havana Tampa Salt_Lake_City San_Jose")
DEV_CHINESE_CITIES = _listed("常州 南宁 保定 嘉兴 芝加哥 悉尼 米兰 汕头 大理 包头")

# Cities that only the test has.
UNSEEN_CITIES = _listed(
    "Taipei Beijing Shanghai Osaka Auckland Vancouver Salzburg Krakow Nagoya Bogota Tbilisi Yerevan "
    "Sapporo Valencia Riga Tallinn Bergen San_Francisco New_Delhi Rio_Grande"
)
UNSEEN_CHINESE_CITIES = _listed("台北 北京 上海 香港 三亚 烟台 徐州 泉州 大阪 马德里 旧金山 多伦多 佛山 西宁")

MONTHS = _listed("January February March April May June July August September October November December")
DAYS = _listed("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
CHINESE_DAYS = _listed("明天 后天 星期一 星期三 周五 周日 下周二")
TASKS = _listed("movie_tickets train_tickets plane_tickets opera_tickets pizzas coffees taxis")
NUMBERS = _listed("two three four five six ten 2 3 4 12")
CHINESE_NUMBERS = _listed("一 两 三 四 五 六 十 2 3")
PARTS_OF_DAY = ("上午", "下午", "晚上", "今晚", "")
GREETINGS = ("", "", "", "管家，", "你好，", "请", "麻烦你")
CLASSIFIERS = {
    "电影票": "张",
    "火车票": "张",
    "机票": "张",
    "话剧票": "张",
    "球票": "张",
    "披萨": "份",
    "咖啡": "杯",
    "鲜花": "束",
}
