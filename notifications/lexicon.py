"""What a text to a phone must not say (D28), and the letters that pass for one another.

Data only; `texts.check_text` reads it. A word that ends in * forbids every word beginning
so; others are forbidden as they stand. Bulgarian words also forbid their transliteration by the
law of 2009, so those are not listed. Stems stop before an ending in -ия, whose Latin spelling
depends on whether the word ends there. Prefer a stem that catches an innocent word over one that
misses a telling one: a refused text costs a phone call.
"""

from typing import Final

LEXICON: Final[dict[str, str]] = {
    "therapy": """
        терап* психо* психи* хипотерап* ерготерап* арттерап* трудотерап* рехабилит* лечени*
        лекува* лечебн* диагноз* аутис* аутиз* увреждан* инвалид* депрес* травм* зависимост*
        клинич* здравн* здравен* здравето сеанс* консулт* медиац* медиц* емоц* стрес стреса
        стресът болест* заболя*
        therap* psych* counsel* consult* rehab* treatment* diagnos* disab* autis* depress*
        trauma* addict* mental* session* mediat* clinical* medic* health* emotion* stress* illness*
        """,
    "role": """
        психолог* психиат* педагог* логопед* юрист* адвокат* медиатор* терапевт* лекар*
        доктор* акушер* инструктор* работник* работничк* специалист* експерт* супервизор*
        инспектор* полица* съдия съдията съдии настойни* попечител* доброволец доброволк*
        доброволц* др учител* възпитател* асистент*
        lawyer* attorney* doctor* nurse* teacher* pedagog* counsellor* counselor* mediator*
        specialist* worker* officer* inspector* judge* guardian* volunteer* instructor*
        dr assistant*
        """,
    "service": """
        услуг* ателие* ателиета* хипотерап* психомотор* откривател* придружав* посреднич*
        наблюд* подкреп* реинтегр* интегр* оценка оценки оценката оценяван* осинов* приемн*
        юридич* правн* образовател* обучени* училищ* логопед* превенц* случай случая случаи
        помощ* курс курсове курсът програм* групов* групата играчк* клуб клуба клубът фитнес
        направлени* заповед заповедта
        service* workshop* atelier* hippo* support* assess* adopt* foster* legal* mentor*
        training* course* programme* program* group* speech* referral* aid help* case cases
        """,
    "institution": """
        център* центъ* центр* цоп змб озд дзд дсп дпс цнст тсу асп азд нпо ксу* цсоп дцду* цсри
        цплр нж мвр рпу звено* звена*
        комплекс* комплекс дом дома домът домове отдел* дирекци* агенц* фондац* асоциац*
        сдружен* организац* общин* кмет* социал* институц* закрил* приют* убежищ* подслон*
        жилищ* настанен* настанява* кризис* криза* болниц* поликлин* клиник* полиц* съд съда
        съдът съдеб* прокур* детски* ясла* ясли* градин* школ*
        centre* center* home homes house* unit units complex* institution* department*
        directorate* agency agencies foundation* association* organisation* organization*
        municipal* social* welfare protect* shelter* refuge* hostel* crisis crises hospital*
        clinic clinics police* court* prosecut* kindergarten* nursery school* ngo
        """,
    "address": """
        адрес* ул улиц* бул булевард* площад* пл жк кв квартал* бл блок блока вх вход входа ет
        етаж* ап апартамент* стая стаята кабинет* сграда сградата
        address* street* str boulevard* blvd avenue* square* block* entrance* floor* apartment*
        apt room rooms building* office*
        """,
    "violence": """
        насил* изнасил* малтрет* тормоз* побо* бой боя удар* заплах* заплаш* жертв*
        пострадал* трафик* сексуал* блудств* престъп* агрес* опасн* риск* защит* дрог* наркот*
        алкохол* бягств* избяга* нападе* нападат* пребит* убий* убит* самоуб* отвлеч* отвлич*
        оръж* скандал* безопас* дознани* разпит* следств*
        violen* abus* assault* rape* raped beat* batter* threat* victim* survivor* traffick*
        sexual* crime* crimin* aggress* danger* risk* drug* alcohol* escape* safe* harass*
        attack* stalk* kill* suicid* domestic* kidnap* weapon*
        """,
    "children": """
        дете детето детенце детенцето деца децата детск* детство* бебе* бебч* майка майката
        майки майките майчи* майко мама мамо мами баща бащата бащи* бащин* татко родител*
        родилн* бременн* бременност* семей* семеен домакинств* син сина сина синът
        дъщер* сирак* сираче* сираци близнац* внук* баба дядо родилк* кърмач* момич* момче* ученик*
        ученич* тийнейдж* хлапе* съпру* развод* брат брата братът братче* сестра* сестри* леля
        child* kid kids baby babies infant* newborn* toddler* mother* mom mum mummy father* dad
        parent* pregnan* maternity famil* son sons daughter* orphan* twins grand*
        girl* boy boys boyfriend* teen* pupil* student* wife husband* spouse* divorc* sister*
        brother*
        """,
}

# What the discreet wording leaves to the plain one (D29), forbidden as above.
MEETING: Final = """
    срещ* среща* визит* посещени* прием прегле* занима*
    appointment* meet* visit* encounter*
"""

# Never taken from a given name, service or street: words that say nothing alone, and the ones
# our own templates are made of (a service may well be called „Първа среща“).
_NEUTRAL = """
    а без в във ги да до е за и из или им как към ли на не ни но о от под по при с са се си
    след със че
    напомняне среща срещата срещи срещите час часа ч г нов нови пъти отменено отпада
    отпадат свободен освободи моля обадете имаме отговор вас
    a an and at by for from in is of on or our the to with
    reminder appointment appointments meeting new time times until cancelled please call us we have
    answer you free
"""
NEUTRAL_WORDS: Final = frozenset(_NEUTRAL.split())

# In each row the first sign stands for all: letters of several alphabets, and digits, that pass
# for one another on a phone. They are compared after casefolding, so a row also holds the small
# forms of capitals that look alike (В, b and β), and l with i, whose capital looks like it.
_LOOK_ALIKES: Final = """
    aаαɑ bвьβ cсσ dԁ eеεє gɡ hнһη jј kкκ l1iіιӏı mмμ nν o0оο pрρ qԛ rг sѕ tтτ uиυ vѵ wшԝω xхχ
    yуγү 3зҙ 4ч 6б φф
"""
LOOK_ALIKES: Final = {sign: row[0] for row in _LOOK_ALIKES.split() for sign in row[1:]}
