//! Words and letters that give a language in Latin letters away, those of shops among them.

/// Words that are frequent in one language and rare in the others here, in small letters, parted by spaces.
#[rustfmt::skip]
pub(super) const WORDS: [(&str, &str); 24] = [
    ("en", "the and with for of your this from new at by or is in to our buy shop free delivery set kit women men girls boys black white blue grey green pink gold silver size case cover leather steel shoes boots dress shirt jacket bag watch card machine toy toys kids baby home kitchen garden light lamp charger cable battery speaker book pack piece pieces digital portable waterproof wireless rechargeable outdoor vintage original genuine used out stock gaming desktop memory graphics processor video winter summer coat top hat ring magazine calculator scientific security user users devices model boot sleeve slim fit size brand player screen keyboard mouse wall chair table bed blanket throw fur wood metal glass plastic rare"),
    ("de", "und der die das mit für nicht auf ist versand von zum zur aus bei dem den des ein eine oder kaufen online günstig schwarz weiß blau grau grün rot damen herren kinder größe stück tasche schuhe kleid hemd jacke uhr ladegerät akku lampe küche garten haus neu gebraucht set leder edelstahl spielzeug wasserdicht lieferung jetzt bestellen"),
    ("fr", "le les des et avec pour une un du dans livraison de la au aux sur en par sans votre noir blanc bleu gris vert rouge rose femme homme enfant enfants bébé fille garçon taille pièces sac chaussures robe chemise veste montre chargeur batterie lampe cuisine jardin maison neuf occasion cuir jouet achetez acheter gratuite pas cher coton"),
    ("es", "el los las y con para una un envío del más de la en por sin su tu negro blanco azul gris verde rojo mujer hombre niño niña niños bebé talla piezas bolso zapatos zapatillas vestido camisa chaqueta reloj cargador batería lámpara cocina jardín casa nuevo usado cuero juguete comprar compra gratis entradas vida cuando"),
    ("it", "il gli della con per una di spedizione più lo le dei delle nel alla da e senza nero bianco blu grigio verde rosso donna uomo bambino bambina bambini taglia pezzi borsa scarpe vestito camicia giacca orologio caricatore batteria lampada cucina giardino casa nuovo usato pelle giocattolo acquista prezzo gratuita"),
    ("pt", "o os com para uma um não frete da do das dos em mais de e por sem ao no na preto branco azul cinza verde vermelho feminino masculino mulher homem criança menina menino bebê tamanho peças bolsa sapatos vestido camisa camiseta jaqueta relógio carregador bateria lâmpada cozinha jardim casa novo usado couro brinquedo comprar compre grátis gratuita entrega juros até todos"),
    ("nl", "het een en van met voor niet op bezorging de der bij aan uit te naar zonder zwart wit blauw grijs groen rood dames heren kinderen maat stuks tas schoenen jurk hemd jas horloge oplader accu lamp keuken tuin huis nieuw gebruikt leer speelgoed kopen bestellen gratis goedkoop"),
    ("pl", "i w z na do nie się oraz dla jest od ze po czarny czarna biały biała niebieski szary zielony czerwony damskie męskie damska męska dziecięcy dzieci rozmiar sztuk torba buty sukienka koszula kurtka zegarek ładowarka bateria lampa kuchnia ogród dom nowy używany skóra zabawka kup cena sklep darmowa dostawa"),
    ("cs", "a je na se pro není nebo skladem jako v ve s z do od černá černý bílá bílý modrá šedá zelená červená dámské pánské dětské velikost kusů taška boty šaty košile bunda hodinky nabíječka baterie lampa kuchyně zahrada dům nový použitý kůže hračka koupit cena doprava zdarma"),
    ("sk", "a je na sa pre nie alebo skladom ako v vo s z do od čierna čierny čiernej biela biely modrá sivá zelená červená dámske pánske detské veľkosť kusov taška topánky šaty košeľa bunda hodinky nabíjačka batéria lampa kuchyňa záhrada dom nový použitý koža hračka kúpiť cena doprava zadarmo čítačka"),
    ("sl", "in je na za ni ali zaloga kot v s z do od iz črna črn bela bel modra siva zelena rdeča ženske moške otroške velikost kosov torba čevlji obleka srajca jakna ura polnilec baterija svetilka kuhinja vrt hiša nov rabljen usnje igrača kupi cena prodaja ugodna spletna trgovina dostava različna"),
    ("hr", "i je na za nije ili dostupno kao u s iz do od crna crni bijela bijeli plava siva zelena crvena ženske muške dječje veličina komada torba cipele haljina košulja jakna sat punjač baterija lampa kuhinja vrt kuća novi rabljeno koža igračka kupi cijena dostava besplatna akcija"),
    ("hu", "a az és egy nem van vagy ból ben nak nek fekete fehér kék szürke zöld piros női férfi gyerek méret darab táska cipő ruha ing kabát óra töltő akkumulátor lámpa konyha kert ház új használt bőr játék vásárlás ár szállítás ingyenes rendelés"),
    ("ro", "și si cu pentru un o de la din pe nu este în sau negru alb albastru gri verde roșu femei bărbați copii mărime bucăți geantă pantofi rochie cămașă jachetă ceas încărcător baterie lampă bucătărie grădină casă nou folosit piele jucărie cumpără preț livrare gratuită"),
    ("tr", "ve bir için ile bu kargo ürün çok da de siyah beyaz mavi gri yeşil kırmızı kadın erkek çocuk bebek beden adet çanta ayakkabı elbise gömlek ceket saat şarj aleti pil lamba mutfak bahçe ev yeni ikinci deri oyuncak satın al fiyat fiyatı ücretsiz indirim set"),
    ("sv", "och med för av på till en ett är inte från den det svart vit blå grå grön röd dam herr barn storlek stycken väska skor klänning skjorta jacka klocka laddare batteri lampa kök trädgård hus ny begagnad läder leksak köp pris frakt fri leverans"),
    ("da", "og med for af på til en et er ikke fra den det sort hvid blå grå grøn rød dame herre børn størrelse stk taske sko kjole skjorte jakke ur oplader batteri lampe køkken have hus ny brugt læder legetøj køb pris fragt gratis levering"),
    ("no", "og med for av på til en et er ikke fra den det svart hvit blå grå grønn rød dame herre barn størrelse stk veske sko kjole skjorte jakke klokke lader batteri lampe kjøkken hage hus ny brukt skinn leketøy kjøp pris frakt fri levering"),
    ("fi", "ja on ei sekä kanssa ilman tai musta valkoinen sininen harmaa vihreä punainen keltainen naisten miesten lasten vauvan koko kpl laukku kengät mekko paita takki kello laturi akku lamppu keittiö puutarha talo uusi käytetty nahka lelu osta tilaa hinta toimitus ilmainen vyö"),
    ("et", "ja on ei koos ilma või must valge sinine hall roheline punane naiste meeste laste beebi suurus tk kott kingad kleit särk jope kell laadija aku lamp köök aed maja uus kasutatud nahk mänguasi osta hind tarne tasuta iduk"),
    ("lv", "un ir nav ar bez vai melns balts zils pelēks zaļš sarkans sieviešu vīriešu bērnu izmērs gab soma kurpes kleita krekls jaka pulkstenis lādētājs akumulators lampa virtuve dārzs māja jauns lietots āda rotaļlieta pirkt cena piegāde bezmaksas visā latvijā zeķes"),
    ("lt", "ir yra nėra su be ar juodas juoda baltas balta mėlynas pilkas žalias raudonas moteriškas vyriškas vaikų dydis vnt rankinė batai suknelė marškiniai striukė laikrodis įkroviklis baterija lempa virtuvė sodas namas naujas naudotas oda žaislas pirkti kaina pristatymas nemokamas"),
    ("vi", "và cho của không với hàng sản phẩm các là có màu đen trắng xanh đỏ nữ nam trẻ em bé size cái túi giày váy áo khoác đồng hồ sạc pin đèn bếp vườn nhà mới cũ da đồ chơi mua giá miễn phí giao chính hãng"),
    ("id", "dan untuk dengan dari di yang ini tidak atau hitam putih biru abu hijau merah wanita pria anak bayi ukuran pcs tas sepatu gaun kemeja jaket jam tangan pengisi baterai lampu dapur kebun rumah baru bekas kulit mainan beli harga gratis ongkir murah termurah terlaris"),
];

/// Words of Bulgarian that Russian has not.
#[rustfmt::skip]
pub(super) const BULGARIAN: &[&str] = &[
    "дамски", "дамска", "дамско", "мъжки", "мъжка", "детски", "детска", "със", "чанта", "рокля", "дънки", "маратонки", "обувки", "яке",
    "поръчай", "безплатна", "черен", "черна", "син", "лв", "часовник", "играчка", "количка",
];

/// Letters, and the languages that write them. The fewer they are, the more a letter says.
pub(super) const LETTERS: [(&str, &str); 27] = [
    ("ß", "de"),
    ("ñ¿¡", "es"),
    ("ãõ", "pt"),
    ("œùûë", "fr"),
    ("ìò", "it"),
    ("łńśźż", "pl"),
    ("ąę", "pl lt"),
    ("ěřů", "cs"),
    ("ľĺŕ", "sk"),
    ("ôä", "sk fi et de sv"),
    ("ť", "sk cs"),
    ("ď", "sk cs"),
    ("đ", "vi hr"),
    ("ć", "hr pl"),
    ("čšž", "cs sk sl hr lt lv et"),
    ("őű", "hu"),
    ("ăşţșț", "ro"),
    ("ğışİ", "tr"),
    ("å", "sv da no"),
    ("øæ", "da no"),
    ("õ", "et pt"),
    ("āēīūķļņģ", "lv"),
    ("ėįų", "lt"),
    ("ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ", "vi"),
    ("üö", "de tr hu et sv fi"),
    ("éèêç", "fr pt"),
    ("áíóú", "es cs sk hu pt"),
];
